import type { TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import type { Ids } from './paths';

const NOWHERE = 'http://127.0.0.1:9/';
let made = 0;

/** An input that works. What it is about is made anew where the mutation uses it up. */
export async function mutationArgs(app: TestApp, ids: Ids, mutation: string): Promise<string> {
  made += 1;
  const about = async (fields = '') => `input: { id: "${await idAbout(app, ids, mutation)}" ${fields} }`;
  const inputs: Record<string, () => string | Promise<string>> = {
    createUser: () => `input: { name: "made-${made}", roles: [] }`,
    updateUser: () => about(`fullName: "Name ${made}"`),
    createApiKey: () => `input: { userId: "${ids.Scratch}", label: "made" }`,
    revokeApiKey: () => about(),
    createWebhook: () => `input: { name: "Made", url: "${NOWHERE}", documentType: "Nothing" }`,
    updateWebhook: () => about(`name: "Name ${made}"`),
    pauseWebhook: () => about(),
    resumeWebhook: () => about(),
    archiveWebhook: () => about(),
    publishEvents: () =>
      'input: { events: [{ documentType: "Unwanted", event: "on_submit", referenceDocument: "X", data: {} }] }',
  };
  const input = inputs[mutation];
  if (!input) throw new Error(`say how ${mutation} is called`);
  return input();
}

async function idAbout(app: TestApp, ids: Ids, mutation: string): Promise<string> {
  if (mutation === 'updateUser') return ids.Scratch as string;
  if (mutation === 'revokeApiKey') return makeKey(app, ids.Scratch as string);
  const { id } = await createTestWebhook(app, NOWHERE, { documentType: 'Nothing' });
  if (mutation === 'resumeWebhook') {
    await app.ask(`mutation { pauseWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  }
  return id;
}

/** Changes with every mutation. */
export async function counts(app: TestApp): Promise<unknown> {
  const [row] = await app.database.query(
    `select (select count(*) from audit_entries), (select count(*) from business_events) as events,
       (select count(*) from users) as users, (select count(*) from api_keys) as keys,
       (select count(*) from webhooks) as webhooks`,
  );
  return row;
}

async function makeUser(app: TestApp, name: string): Promise<string> {
  const answer = await app.ask(`mutation { createUser(input: { name: "${name}", roles: [SUPPORT] }) { user { id } } }`);
  return answer.data.createUser.user.id;
}

async function makeKey(app: TestApp, userId: string): Promise<string> {
  const input = `{ userId: "${userId}", label: "test" }`;
  const answer = await app.ask(`mutation { createApiKey(input: ${input}) { apiKey { id } } }`);
  return answer.data.createApiKey.apiKey.id;
}

/** A key as it may have become, whatever the API would have allowed. */
export async function keyWith(app: TestApp, userRoles: string[], keyRoles: string[] | null): Promise<string> {
  const token = await app.keyFor('SUPPORT');
  const keyId = token.slice(3, 11);
  await app.database.query('update users set roles = $1 where id = (select user_id from api_keys where key_id = $2)', [
    userRoles,
    keyId,
  ]);
  await app.database.query('update api_keys set roles = $1 where key_id = $2', [keyRoles, keyId]);
  return token;
}

/** One row of each type, linked to the others in every direction; `Scratch` is a user to change. */
export async function seed(app: TestApp, partnerUrl: string): Promise<Ids> {
  const amina = await makeUser(app, 'amina');
  const { id: webhook } = await createTestWebhook(app, partnerUrl, { documentType: 'Sales Invoice', ownerId: amina });
  const [event] = await publish(app, [invoice('INV-0042', { user: 'amina' })]);
  const { delivery, request } = await waitFor('the delivery', async () => {
    const answer = await app.ask(`{ businessEvent(id: "${event}") {
      deliveries { nodes { id status requests { nodes { id } } } } } }`);
    const [found] = answer.data.businessEvent.deliveries.nodes;
    return found?.status === 'DELIVERED' && { delivery: found.id, request: found.requests.nodes[0].id };
  });
  return {
    User: amina,
    ApiKey: await makeKey(app, amina),
    Webhook: webhook,
    BusinessEvent: event as string,
    Delivery: delivery,
    WebhookRequestLog: request,
    Scratch: await makeUser(app, 'scratch'),
  };
}
