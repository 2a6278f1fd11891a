import { parseArgs } from 'node:util';
import { type App, startApp } from '../../app/app';
import { writeFatalError } from '../../app/fatal-error';
import { stopOnSignals } from '../../app/stop-on-signals';
import { readConfig } from '../../config/config';
import { createLog } from '../../log';
import { makeToken } from '../../users/api-keys/api-key-token';
import { CommandError } from '../command-error';
import { type Calls, callAsBank } from './calling';
import { createClient } from './client';
import { readDocuments } from './documents';
import { type Partner, startPartner } from './partner';
import { proveExchange } from './proving';
import { answerTo, lastBody, logTable, QUESTION, skipTable } from './report';
import { revealToSupport } from './revealing';
import { agreeWithPartner, archiveEarlierWebhooks, CONDITION, type StoryDelivery, submit, watch } from './story';

const HELP = `npm run demo -- [--once] [--documents FILE]

  --once            stop at the end instead of leaving the server running
  --documents FILE  submit the documents of this JSON array instead of the samples
`;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
  const values = readArguments();
  if (values.help) return say(HELP);
  const documents = await readDocuments(values.documents ?? null);
  const key = makeToken();
  const app = await startApp(demoConfig(key, values.once === true), createLog('warn'));
  const partner = await startPartner();
  const stop = async () => {
    await app.stop();
    await partner.stop();
  };
  try {
    await tell(app, partner, key, documents);
  } catch (error) {
    await stop();
    throw error;
  }
  if (values.once) return stop();
  say(
    `\nThe server is left running at ${app.url} with its dashboard (GraphiQL is at /graphiql). API key: ${key}\nCtrl-C stops it.`,
  );
  stopOnSignals(stop);
  void app.lost.then((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}

function readArguments() {
  const options = { once: { type: 'boolean' }, documents: { type: 'string' }, help: { type: 'boolean' } } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${HELP}`);
  }
}

// A database of its own, and the settings that allow calls to a partner on this machine.
function demoConfig(adminApiKey: string, once: boolean) {
  const { PORT, DATA_DIR = '.data/demo' } = process.env;
  return readConfig({
    PORT: PORT ?? (once ? '0' : '4000'),
    DATA_DIR,
    ADMIN_API_KEY: adminApiKey,
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
  });
}

async function tell(app: App, partner: Partner, key: string, documents: Awaited<ReturnType<typeof readDocuments>>) {
  const client = createClient(app.url as string, key);
  say(`Hookledger answers at ${app.url}, a partner listens at ${partner.url('/')}`);
  const startedAt = new Date();
  await archiveEarlierWebhooks(client);
  const [first] = documents;
  if (!first) throw new Error('there is no document to submit');
  await agreeWithPartner(client, partner, first.documentType);
  say(`
Three webhooks:
  Bookkeeping  all documents; some first attempts are answered with 503
  Old CRM      ${first.documentType}; the first two deliveries are answered with 500
  Treasury     ${first.documentType}, if ${CONDITION}, with a body from a template`);

  const events = await submit(client, documents);
  say(`\nSubmitted: ${documents.map((document) => document.name).join(', ')}`);
  say('Delivering, with retries after about a second ...');
  const deliveries = await watch(client, events);
  say('The bank calls us: once, the same once more, and with a signature of another body ...');
  const calls = await callAsBank(client);

  say(`\nThe Webhook Request Log:\n\n${await logTable(client, startedAt)}`);
  const skipped = deliveries.filter((delivery) => delivery.status === 'SKIPPED');
  if (skipped.length > 0) say(`\nNot sent, and why:\n\n${skipTable(skipped)}`);
  const body = await lastBody(client, 'Treasury', startedAt);
  if (body !== null) say(`\nWhat Treasury got, made by its template:\n\n${body}`);
  say(`\nWhat happened to ${first.name}? One query:\n\n${QUESTION}\n`);
  say(await answerTo(client, first.name));
  const { masked, revealed, entry } = await revealToSupport(client, app.url as string, first.name);
  say(`\nA support agent sees the last request about ${first.name} with masked values:\n\n${masked}\n`);
  say(`reveals them with a reason:\n\n${revealed}\n\nand the audit trail has it:\n\n${entry}`);
  const { verified, forged } = await proveExchange(client, app.url as string, first.name);
  say(
    `\nAn auditor checks the last request about ${first.name} offline, and then with one byte of its body changed:\n`,
  );
  say(`${verified}\n${forged}`);
  conclude(deliveries, partner, documents.length);
  concludeCalls(calls);
}

/** Prints the results and checks them. @throws Error if one is not as expected */
function conclude(deliveries: readonly StoryDelivery[], partner: Partner, documents: number): void {
  const byStatus = (status: string) => deliveries.filter((delivery) => delivery.status === status);
  const [arrived, exhausted, skipped] = [byStatus('DELIVERED'), byStatus('EXHAUSTED'), byStatus('SKIPPED')];
  const retried = arrived.filter((delivery) => delivery.attempts > 1);
  const booked = arrived.filter((delivery) => delivery.webhook.name === 'Bookkeeping').length;
  say(
    `\n${deliveries.length} deliveries: ${arrived.length} arrived, ${retried.length} of them after a retry; ` +
      `${exhausted.length} given up: ${exhausted.map((each) => `${each.referenceDocument} to ${each.webhook.name}`).join(', ')}; ` +
      `${skipped.length} skipped.`,
  );
  say(
    `The partner checked ${partner.counts.verified} signatures with the standardwebhooks package; ${partner.counts.forged} were wrong.`,
  );
  if (booked < documents) throw new Error(`only ${booked} of ${documents} documents arrived`);
  if (retried.length === 0) throw new Error('no delivery needed a retry');
  if (exhausted.length === 0) throw new Error('no delivery was given up');
  if (partner.counts.forged > 0) throw new Error('a signature was wrong');
}

/** @throws Error if a call was not answered as expected */
function concludeCalls({ statuses }: Calls): void {
  const [accepted, repeated, refused] = statuses;
  say(`The bank was answered ${accepted}, ${repeated} (kept as a duplicate) and ${refused} (refused, and kept).`);
  if (accepted !== 200 || repeated !== 200) throw new Error('a call that was rightly signed was not accepted');
  if (refused !== 401) throw new Error('a call that was wrongly signed was not refused');
}

main().catch((error: Error) => {
  writeFatalError(error, ['CommandError']);
  process.exit(1);
});
