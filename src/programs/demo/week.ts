// The week before the demo. The login that serves requests cannot write the past, so the owner of the tables inserts it; everything
// that has no time of its own, such as webhooks and people, is made over the API.
import { setTimeout as wait } from 'node:timers/promises';
import { currentMs } from '../../time/clock';
import { readNodeId } from '../../values/ids';
import { type Client, createClient } from './partner';
import { asOwner, type WeekStore } from './week.store';
import { addCalls } from './week-calls';
import { PARTNERS, PEOPLE } from './week-partners';
import { planWeek } from './week-plan';
import { type Agreed, addEvent, noRows, type Parties } from './week-rows';

const DAY_MS = 86_400_000;
const LIMIT_MS = 300_000;

export interface Week {
  events: number;
  requests: number;
}

/**
 * Writes the week, unless the log has rows that are older than a day: those of an earlier demo.
 * @param ownerUrl of the login that owns the tables. @returns null: it was written before
 */
export function writeWeek(client: Client, ownerUrl: string, url: string): Promise<Week | null> {
  return asOwner(ownerUrl, async (store) => {
    if (await store.hasEventsBefore(new Date(currentMs() - DAY_MS))) return null;
    const parties = await agree(client, store);
    const incoming = await agreeWithCallers(client, store);
    const plan = planWeek(currentMs());
    const rows = noRows();
    for (const event of plan.events) addEvent(rows, event, parties);
    addCalls(rows, plan.calls, incoming, url);
    await store.write(rows);
    await askForReplay(client, url);
    return { events: rows.business_events.length, requests: rows.webhook_request_logs.length };
  });
}

/** What a support agent asks for, and an integration manager decides: one of the deliveries that were given up, once more. */
async function askForReplay(client: Client, url: string): Promise<void> {
  const sara = await createUser(client, { name: 'sara@example.com', fullName: 'Sara Nasser', roles: ['SUPPORT'] });
  const { createApiKey } = await client.ask<{ createApiKey: { token: string } }>(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token } }',
    JSON.stringify({ input: { userId: sara, label: 'Support desk' } }),
  );
  const { deliveries } = await client.ask<{ deliveries: { nodes: { id: string }[] } }>(
    '{ deliveries(first: 1, where: { status: { eq: EXHAUSTED }, documentType: { eq: "Delivery Note" } }) { nodes { id } } }',
  );
  for (const { id } of deliveries.nodes) {
    await createClient(url, createApiKey.token).ask(
      'mutation ($input: RequestReplayInput!) { requestReplay(input: $input) { userErrors { message } } }',
      JSON.stringify({ input: { deliveryId: id, reason: 'Shipox has added the postcode' } }),
    );
  }
}

/** Waits until all rows are sealed, and can be searched. @throws Error after five minutes */
export function caughtUp(client: Client, ownerUrl: string): Promise<void> {
  return asOwner(ownerUrl, async (store) => {
    for (const end = currentMs() + LIMIT_MS; currentMs() < end; await wait(250)) {
      const { evidenceStatus } = await client.ask<{ evidenceStatus: { waitingCount: number } }>(
        '{ evidenceStatus { waitingCount } }',
      );
      if (evidenceStatus.waitingCount === 0 && (await store.isIndexed())) return;
    }
    throw new Error('the week was not sealed and indexed within five minutes');
  });
}

async function agree(client: Client, store: WeekStore): Promise<Parties> {
  const people: string[] = [];
  for (const { name, fullName } of PEOPLE) people.push(await createUser(client, { name, fullName, roles: [] }));
  const publisher = await createUser(client, { name: 'erp', fullName: 'The ERP', roles: ['PUBLISHER'] });
  const { createApiKey } = await client.ask<{ createApiKey: { apiKey: { id: string } } }>(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }',
    JSON.stringify({ input: { userId: publisher, label: 'ERP' } }),
  );
  const mona = await createUser(client, {
    name: 'mona@example.com',
    fullName: 'Mona Salem',
    roles: ['INTEGRATION_MANAGER'],
  });
  const outgoing = new Map<string, Agreed>();
  for (const { name, url, documentType, condition, retrySchedule } of PARTNERS) {
    const input = { name, url, documentType, condition, retrySchedule, ownerId: mona };
    outgoing.set(name, await createWebhook(client, store, input));
  }
  return {
    outgoing,
    people: people.map(uuidOf),
    publisher: { userId: uuidOf(publisher), apiKeyId: uuidOf(createApiKey.apiKey.id) },
  };
}

async function agreeWithCallers(client: Client, store: WeekStore) {
  const direction = 'INCOMING';
  return {
    GITHUB: await createWebhook(client, store, { name: 'GitHub', direction, provider: 'GITHUB' }),
    BANK: await createWebhook(client, store, {
      name: 'Nordic Bank payments',
      direction,
      documentType: 'Payment Entry',
      referenceLocation: { from: 'JSON', name: '$.data.object.id' },
    }),
  };
}

async function createUser(client: Client, input: object): Promise<string> {
  const { createUser: made } = await client.ask<{
    createUser: { user: { id: string } | null; userErrors: { message: string }[] };
  }>(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { message } } }',
    JSON.stringify({ input }),
  );
  if (!made.user) throw new Error(made.userErrors.map(({ message }) => message).join('\n'));
  return made.user.id;
}

async function createWebhook(client: Client, store: WeekStore, input: object): Promise<Agreed> {
  const { createWebhook: made } = await client.ask<{
    createWebhook: { webhook: { id: string } | null; secret: string; userErrors: { message: string }[] };
  }>(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } secret userErrors { message } } }',
    JSON.stringify({ input }),
  );
  if (!made.webhook) throw new Error(made.userErrors.map(({ message }) => message).join('\n'));
  const webhookId = uuidOf(made.webhook.id);
  return { webhookId, secret: made.secret, ...(await store.partsOf(webhookId)) };
}

function uuidOf(nodeId: string): string {
  return readNodeId(nodeId)?.id as string;
}
