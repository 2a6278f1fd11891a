import { graphql } from 'graphql';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../src/database/data-source';
import { sharedSchema } from '../src/server/schema/schema';
import { everything } from '../src/sql/condition';
import { toNodeId } from '../src/values/ids';
import { createTestDatabase, type TestDatabase } from './support/database';
import { contextOf, readInOne } from './support/read-in-one';
import { statementsSentBy } from './support/sent-statements';

const SIZES = [1, 10, 100];
const PAGE = 100;

/** The questions of a dashboard, through every link and in every direction. */
const QUERIES: Record<string, string> = {
  'requests, what they belong to, and round again': `{
    webhookRequestLogs(first: ${PAGE}) {
      totalCount totalCountIsExact
      nodes {
        headers headerList { name } data dataBody { sha256 } response responseBody { text } responseHeaders
        delivery { status }
        webhook {
          name
          owner {
            name
            webhooks(first: 5) {
              totalCount
              nodes { requests(first: 5) { totalCount nodes { id headers data response user { name } } } }
            }
          }
        }
      }
    }
  }`,
  'webhooks and their health': `{
    webhooks(first: ${PAGE}) {
      nodes {
        health {
          lastSuccessAt lastSuccess { id } lastFailureAt lastFailure { id } streak { requestCount } successRate waitingCount
          nextAttemptAt
        }
      }
    }
  }`,
  'requests, their events and their deliveries': `{
    webhookRequestLogs(first: ${PAGE}) {
      nodes {
        businessEvent {
          data user { name }
          deliveries(first: 5) { totalCount nodes { webhook { name } requests(first: 5) { totalCount nodes { id } } } }
          requests(first: 5) { totalCount nodes { id } }
        }
      }
    }
  }`,
  'users and what they do': `{
    users(first: ${PAGE}) {
      totalCount
      nodes {
        apiKeys(first: 5) { totalCount nodes { label user { name } } }
        requests(first: 5) { totalCount nodes { id url } }
        webhooks(first: 5) { nodes { deliveries(first: 5) { totalCount nodes { businessEvent { data } } } } }
      }
    }
  }`,
  'requests that a filter through links finds': `{
    webhookRequestLogs(first: ${PAGE}, where: { webhook: { owner: { name: { startsWith: "user-" } } } }) {
      totalCount nodes { user { name requests(first: 5) { totalCount nodes { id } } } }
    }
  }`,
};

interface Ledger {
  size: number;
  database: TestDatabase;
  source: DataSource;
  sent: string[];
}

const schema = sharedSchema();
let ledgers: Ledger[];

beforeAll(async () => {
  ledgers = await Promise.all(SIZES.map(ledgerOf));
});
afterAll(async () => {
  for (const { source, database } of ledgers) {
    await source.destroy();
    await database.drop();
  }
});

test.each(Object.entries(QUERIES))('%s: as many statements for 100 rows as for one', async (_title, query) => {
  const counts: number[] = [];
  for (const ledger of ledgers) {
    const { statements, rows } = await run(ledger, query);
    expect(rows).toBe(ledger.size);
    counts.push(statements.length);
  }
  expect(counts).toEqual(counts.map(() => counts[0]));
  expect(counts[0]).toBeLessThanOrEqual(MAX_STATEMENTS);
});

test('a list whose rows are alike costs what its rows need, once', async () => {
  const [, , ledger] = ledgers as [Ledger, Ledger, Ledger];
  const { statements } = await run(
    ledger,
    '{ webhookRequestLogs(first: 100) { nodes { webhook { owner { name } } } } }',
  );
  // the page, its webhooks, their owners
  expect(statements.map((sql) => /from (\w+)/.exec(sql)?.[1])).toEqual(['webhook_request_logs', 'webhooks', 'users']);
});

/** What a dashboard asks most, each answered by one statement, however deep and wide. */
const IN_ONE: Record<string, string> = {
  'a list with links':
    '{ webhookRequestLogs(first: 25) { nodes { status webhook { name owner { name } } user { name } } } }',
  'pages in pages in pages': `{
    users(first: 5) { totalCount nodes { name webhooks(first: 5) {
      pageInfo { hasNextPage endCursor }
      nodes { name requests(first: 5) { totalCount edges { cursor node { id delivery { status } } } } }
    } } }
  }`,
  'a row by its id, and what hangs on it': `query ($id: ID!) {
    webhook(id: $id) { name owner { name } requests(first: 10) { nodes { id user { name } } } deliveries { totalCount } }
  }`,
  'bodies and headers': '{ webhookRequestLogs(first: 5) { nodes { headers data dataBody { sha256 } response } } }',
  'several lists at once': '{ users { nodes { name } } webhooks { nodes { name } } deliveries { nodes { status } } }',
  failures: '{ webhookRequestLogs(where: { status: { eq: FAILED } }) { nodes { id } } }',
};

test.each(Object.entries(IN_ONE))('%s: one statement', async (_title, query) => {
  const [, , ledger] = ledgers as [Ledger, Ledger, Ledger];
  const [webhook] = await ledger.database.query<{ id: string }>('select id from webhooks limit 1');
  const variables = { id: toNodeId('Webhook', webhook?.id as string) };
  ledger.sent.length = 0;
  expect(await readInOne(ledger.source, query, variables)).toMatchObject({ kind: 'data' });
  expect(ledger.sent).toHaveLength(1);
});

test('a filter through a link looks the linked rows up first, and the page is a second statement', async () => {
  const [, , ledger] = ledgers as [Ledger, Ledger, Ledger];
  ledger.sent.length = 0;
  const query = '{ webhookRequestLogs(where: { webhook: { name: { startsWith: "Partner" } } }) { nodes { id } } }';
  expect(await readInOne(ledger.source, query)).toMatchObject({ kind: 'data' });
  expect(queriesIn(ledger.sent)).toHaveLength(2);
});

test.each([
  { what: 'the statement that reads confirms them', where: 'status: { eq: FAILED }', kind: 'data', statements: 1 },
  { what: 'nothing is looked up', where: 'webhook: { name: { eq: "x" } }', kind: 'unconfirmed', statements: 0 },
])('for a viewer who is not confirmed yet $what', async ({ where, kind, statements }) => {
  const [, , ledger] = ledgers as [Ledger, Ledger, Ledger];
  ledger.sent.length = 0;
  const query = `{ webhookRequestLogs(where: { ${where} }) { nodes { id } } }`;
  const confirm = () => Promise.reject(new Error('it is not asked here'));
  const unconfirmed = { stillHolds: everything, version: '1', confirm };
  expect(await readInOne(ledger.source, query, {}, unconfirmed)).toMatchObject({ kind });
  expect(ledger.sent).toHaveLength(statements);
});

test('only what is asked for is read', async () => {
  const [, , ledger] = ledgers as [Ledger, Ledger, Ledger];
  ledger.sent.length = 0;
  await readInOne(ledger.source, '{ webhookRequestLogs { nodes { status webhook { name } } } }');
  expect(ledger.sent[0]).not.toMatch(/headers|response|url|owner_id|count\(/);
});

/** One for each link of the longest query, and one for each count. */
const MAX_STATEMENTS = 15;

// a page is read in a transaction with settings of its own, which is sent with it and costs no further round trip
function queriesIn(sent: readonly string[]): string[] {
  return sent.filter((sql) => !/^(begin|commit|set local .*)$/.test(sql));
}

async function run({ source, sent }: Ledger, query: string): Promise<{ statements: string[]; rows: number }> {
  sent.length = 0;
  const { data, errors } = await graphql({ schema, source: query, contextValue: contextOf(source) });
  expect(errors).toBeUndefined();
  const [list] = Object.values(data as Record<string, { nodes: object[] }>);
  // every list below a row has its rows too, else few statements prove nothing
  expect(JSON.stringify(data)).not.toContain('[]');
  return { statements: queriesIn(sent), rows: list?.nodes.length ?? 0 };
}

/** `count` users with a key and a webhook each, and as many events, each with a delivery and a request. */
async function ledgerOf(size: number): Promise<Ledger> {
  const database = await createTestDatabase();
  await database.query(`
    create temp table parts as
      select n, new_id() as user_id, new_id() as webhook_id, new_id() as payload_id, new_id() as event_id,
        new_id() as delivery_id, new_id() as request_id, date_trunc('milliseconds', now()) as at
      from generate_series(1, ${size}) as n`);
  for (const statement of ROWS) await database.query(statement);
  const options = { name: 'statements test', poolSize: 2 };
  const source = await createDataSource(database.servingUrl, options).initialize();
  return { size, database, source, sent: statementsSentBy(source) };
}

const ROWS = [
  `insert into users (id, name, roles, active, created_at, updated_at)
     select user_id, 'user-' || n, '{}', true, at, at from parts`,
  `insert into api_keys (id, user_id, label, key_id, token_hash, created_at)
     select new_id(), user_id, 'key', 'key-' || n, sha256(convert_to('key-' || n, 'UTF8')), at from parts`,
  `insert into webhooks (id, name, direction, status, url, events, timeout_ms, owner_id, created_at, updated_at)
     select webhook_id, 'Partner ' || n, 'OUTGOING', 'ACTIVE', 'https://partner.example/', '{}', 15000, user_id, at, at
     from parts`,
  `insert into payloads (id, body, byte_length, content_type)
     select payload_id, '{"n":1}', 7, 'application/json' from parts`,
  `insert into business_events (id, document_type, event, reference_document, payload_id, user_id, published_by,
       created_at, fanned_out_at, wanted_by)
     select event_id, 'Sales Invoice', 'on_submit', 'INV-' || n, payload_id, user_id, user_id, at, at, 1 from parts`,
  `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, status,
       method, url, headers, payload_id, attempts, held, created_at, finished_at)
     select delivery_id, event_id, webhook_id, user_id, 'Sales Invoice', 'on_submit', 'INV-' || n, 'DELIVERED', 'POST',
       'https://partner.example/', '[]', payload_id, 1, false, at, at
     from parts`,
  `insert into webhook_request_logs (id, webhook_id, direction, status, document_type, event, reference_document,
       business_event_id, delivery_id, user_id, attempt_number, duplicate, method, url, headers, payload_id, started_at,
       finished_at, duration_ms, response_status, response_headers, response_body, response_bytes, response_truncated)
     select request_id, webhook_id, 'OUTGOING', 'SUCCEEDED', 'Sales Invoice', 'on_submit', 'INV-' || n, event_id,
       delivery_id, user_id, 1, false, 'POST', 'https://partner.example/', '[["content-type","application/json"]]',
       payload_id, at, at, 12, 200, '[["content-type","text/plain"]]', 'fine', 4, false
     from parts`,
];
