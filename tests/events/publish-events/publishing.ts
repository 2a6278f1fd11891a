import { keyIdOf } from '../../../src/users/api-keys/key-form';
import type { TestApp } from '../../support/app';

export interface Published {
  events: { id: string; duplicate: boolean }[] | null;
  userErrors: { field: string[]; code: string; message: string }[];
}

export const RESULT = '{ events { id duplicate } userErrors { field code message } }';
export const PUBLISH = `mutation ($input: PublishEventsInput!) { publishEvents(input: $input) ${RESULT} }`;

/** Sends the variables as they are written here: JSON.stringify would repair what must arrive broken. */
export async function publishVariables(
  app: TestApp,
  variables: string,
  query = PUBLISH,
  key = app.adminKey,
): Promise<Published> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data.publishEvents;
}

export const publishEvents = (app: TestApp, events: object[], key?: string) =>
  publishVariables(app, JSON.stringify({ input: { events } }), PUBLISH, key);

/** One event whose data is this text. */
export const eventText = (data: string, reference = 'INV-1') =>
  `{"documentType":"Sales Invoice","event":"on_submit","referenceDocument":"${reference}","data":${data}}`;

export const inputOf = (...events: string[]) => `{"input":{"events":[${events.join(',')}]}}`;

/** How many rows a refused mutation might have left behind. */
export async function rowCounts(app: TestApp) {
  const countOf = async (table: string) =>
    (await app.database.query<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n ?? 0;
  return [
    await countOf('business_events'),
    await countOf('payloads'),
    await countOf('idempotency_keys'),
    await countOf('users'),
  ];
}

/** @returns what the publish was refused for, after a check that it left no row behind */
export async function refusalOf(app: TestApp, publishing: () => Promise<Published>): Promise<Published['userErrors']> {
  const before = await rowCounts(app);
  const { events, userErrors } = await publishing();
  expect(events).toBeNull();
  expect(await rowCounts(app)).toEqual(before);
  return userErrors;
}

export async function publishedEvent(app: TestApp, published: Published, index = 0) {
  expect(published.userErrors).toEqual([]);
  const { data } = await app.ask(
    `query ($id: ID!) { businessEvent(id: $id) {
      documentType event referenceDocument idempotencyKey data dataBody { text bytes contentType truncated }
      user { id name roles active apiKeys { totalCount } }
    } }`,
    { id: published.events?.[index]?.id },
  );
  return data.businessEvent;
}

/** The name of a key's user. A publisher may not read it. */
export async function userNameOf(app: TestApp, key: string): Promise<string | undefined> {
  const sql = 'select u.name from users u join api_keys k on k.user_id = u.id where k.key_id = $1';
  return (await app.database.query<{ name: string }>(sql, [keyIdOf(key)]))[0]?.name;
}
