// A publisher whose key was used a moment ago is not looked up before the transaction that publishes: it compares the key with
// what is cached. The answers are those to a key that is looked up first.
import type { Role } from '../../src/access/viewer';
import { useTestApi } from '../support/app';

const app = useTestApi();

const PUBLISH = `mutation ($events: [PublishEventInput!]!) {
  publishEvents(input: { events: $events }) { events { id } userErrors { code } } }`;
let made = 0;

/** A user with a key that is in the cache. */
async function known(roles: Role[]) {
  made += 1;
  const { user } = (
    await app.ask('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', {
      input: { name: `publisher-${made}`, roles },
    })
  ).data.createUser;
  const { token, apiKey } = (
    await app.ask('mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token apiKey { id } } }', {
      input: { userId: user.id, label: 'test' },
    })
  ).data.createApiKey;
  // the first use changes the key, which notes it
  for (let time = 0; time < 2; time += 1) await app.ask('{ viewer { name } }', {}, token);
  return { userId: user.id as string, token: token as string, apiKeyId: apiKey.id as string };
}

const invoice = (referenceDocument: string) => ({
  documentType: 'Cached Invoice',
  event: 'on_submit',
  referenceDocument,
  data: { total: 1 },
});

type Publish = (event: object, token: string) => Promise<unknown>;

/** @returns the status, and the code of the error or of the faults */
const byGraphQL: Publish = async (event, token) => {
  const { status, data, errors } = await app.ask(PUBLISH, { events: [event] }, token);
  const fault = errors?.[0]?.extensions.code ?? data.publishEvents.userErrors[0]?.code;
  return fault === undefined ? status : [status, fault];
};

const byRoute: Publish = async (event, token) => {
  const response = await fetch(`${app.url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(event),
  });
  const { errors, userErrors } = (await response.json()) as Record<string, { code?: string; extensions?: object }[]>;
  const fault = errors?.[0]?.extensions ?? userErrors?.[0];
  return fault === undefined ? response.status : [response.status, (fault as { code: string }).code];
};

const DOORS: [name: string, publish: Publish, refusedForInput: number][] = [
  ['publishEvents', byGraphQL, 200],
  ['POST /events', byRoute, 422],
];

const update = (input: object) =>
  app.ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }', { input });
const revoke = (id: string) =>
  app.ask('mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { userErrors { message } } }', { id });

async function countOf(reference: string): Promise<number> {
  const rows = await app.database.query('select from business_events where reference_document = $1', [reference]);
  return rows.length;
}

describe.each(DOORS)('%s', (name, publish, refusedForInput) => {
  const reference = (what: string) => `${what} ${name}`;

  test('publishes for a key in the cache, and refuses its faults', async () => {
    const { token } = await known(['PUBLISHER']);
    expect(await publish(invoice(reference('KNOWN')), token)).toBe(200);
    expect(await publish(invoice(''), token)).toEqual([refusedForInput, 'REQUIRED']);
    expect(await countOf(reference('KNOWN'))).toBe(1);
  });

  test('publishes nothing for a key that was revoked, and does not say what is wrong with its events', async () => {
    const { token, apiKeyId } = await known(['PUBLISHER']);
    await revoke(apiKeyId);
    expect(await publish(invoice(reference('REVOKED')), token)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await publish(invoice(''), token)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await countOf(reference('REVOKED'))).toBe(0);
  });

  test('publishes nothing for a user who was deactivated', async () => {
    const { token, userId } = await known(['PUBLISHER']);
    await update({ id: userId, active: false });
    expect(await publish(invoice(reference('INACTIVE')), token)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await countOf(reference('INACTIVE'))).toBe(0);
  });

  test('publishes nothing for a user whose role was taken, and for one to whom it was given', async () => {
    const { token, userId } = await known(['PUBLISHER']);
    await update({ id: userId, roles: ['AUDITOR'] });
    const forbidden = [name === 'publishEvents' ? 200 : 403, 'FORBIDDEN'];
    expect(await publish(invoice(reference('TAKEN')), token)).toEqual(forbidden);
    expect(await publish(invoice(''), token)).toEqual(forbidden);
    expect(await countOf(reference('TAKEN'))).toBe(0);
    await update({ id: userId, roles: ['PUBLISHER'] });
    expect(await publish(invoice(reference('GIVEN')), token)).toBe(200);
    expect(await countOf(reference('GIVEN'))).toBe(1);
  });

  test('publishes once for a user who was changed otherwise', async () => {
    const { token, userId } = await known(['PUBLISHER']);
    await update({ id: userId, roles: ['PUBLISHER', 'AUDITOR'] });
    expect(await publish(invoice(reference('CHANGED')), token)).toBe(200);
    expect(await countOf(reference('CHANGED'))).toBe(1);
  });
});

test('an operation that does more than publishing asks first who it is', async () => {
  const { token, apiKeyId } = await known(['PUBLISHER']);
  await revoke(apiKeyId);
  const publish = 'publishEvents(input: { events: $events }) { events { id } }';
  const twice = `mutation ($events: [PublishEventInput!]!) { a: ${publish} b: ${publish} }`;
  const { status, data } = await app.ask(twice, { events: [invoice('TWO')] }, token);
  expect([status, data]).toEqual([401, undefined]);
  const withMore = `mutation ($events: [PublishEventInput!]!) { a: ${publish} createUser(input: { name: "by-revoked", roles: [] }) { user { id } } }`;
  const manager = await known(['SYSTEM_MANAGER']);
  await revoke(manager.apiKeyId);
  // what is refused for its input confirms no one
  expect((await app.ask(withMore, { events: [invoice('')] }, manager.token)).status).toBe(401);
  expect(await app.database.query("select from users where name = 'by-revoked'")).toEqual([]);
  const skipped = `mutation ($events: [PublishEventInput!]!) { publishEvents(input: { events: $events }) @skip(if: true) { events { id } } }`;
  expect((await app.ask(skipped, { events: [invoice('SKIPPED')] }, token)).status).toBe(401);
});
