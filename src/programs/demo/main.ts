import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { type App, startApp } from '../../app/app';
import { stopOnSignals } from '../../app/stopping';
import { readConfig } from '../../config/config';
import { createLog } from '../../logging/log';
import { makeToken } from '../../users/api-keys/key-form';
import { runLocalCommand } from '../command';
import { readDocuments } from './documents';
import { type Calls, callAsBank, createClient, type Partner, startPartner } from './partner';
import { proveExchange, revealToSupport } from './proving';
import { answerTo, lastBody, logTable, QUESTION, skipTable } from './report';
import { offerSignInLink } from './sign-in-link';
import { agreeWithPartner, archiveEarlierWebhooks, CONDITION, type StoryDelivery, submit, watch } from './story';
import { caughtUp, writeWeek } from './week';

const HELP = `hookledger demo [--once] [--documents FILE]

Delivers business documents to a partner on this machine, which refuses some of them, receives calls of a bank, and shows the log.

  --once            stop at the end instead of leaving the server running
  --documents FILE  submit the documents of this JSON array instead of the samples
`;

/** A database of its own. */
const { DATA_DIR = '.data/demo' } = process.env;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const OPTIONS = { once: { type: 'boolean' }, documents: { type: 'string' } } as const;

void runLocalCommand({ name: 'demo', help: HELP, options: OPTIONS }, async (values) => {
  await runDemo(values);
  return undefined;
});

async function runDemo(values: { once?: boolean; documents?: string }): Promise<void> {
  const documents = await readDocuments(values.documents ?? null);
  const key = makeToken();
  const partner = await startPartner();
  const app = await startApp(demoConfig(key, values.once === true), createLog('warn')).catch(async (error) => {
    await partner.stop();
    throw error;
  });
  const stop = async () => {
    await app.stop();
    await partner.stop();
  };
  try {
    await tell(app, partner, key, documents);
    await addWeek(app, key);
  } catch (error) {
    await stop();
    throw error;
  }
  if (values.once) return stop();
  const link = await offerSignInLink(app.url as string, key);
  say(`
The server is left running at ${app.url} (GraphiQL is at /graphiql). Its dashboard, signed in, once and within 10 minutes:

  ${link.url}

API key: ${key}
Ctrl-C stops it.`);
  stopOnSignals(async () => {
    await link.stop();
    await stop();
  });
  void app.lost.then((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}

// Settings that allow calls to a partner on this machine.
function demoConfig(adminApiKey: string, once: boolean) {
  const { PORT } = process.env;
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

/** What the dashboard then shows: a week of traffic, unless an earlier demo has written it. */
async function addWeek(app: App, key: string): Promise<void> {
  const client = createClient(app.url as string, key);
  const ownerUrl = await ownerUrlOf(DATA_DIR);
  const week = await writeWeek(client, ownerUrl, app.url as string);
  await caughtUp(client, ownerUrl);
  say(
    week
      ? `\nThe week before, for the dashboard: ${week.events} events and ${week.requests} requests, written by the owner of the tables.`
      : '\nThe week before the first demo is in the dashboard too.',
  );
}

/** The embedded server writes down where a second process finds it. */
async function ownerUrlOf(dataDir: string): Promise<string> {
  const settings = parseEnv(await readFile(join(dataDir, 'connection.env'), 'utf8'));
  return settings.MIGRATION_DATABASE_URL as string;
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
