// A page of deliveries reads few blocks, however many deliveries there are: each documented list is found by an index.
import { Client, escapeLiteral } from 'pg';
import { ANSWERING, READ } from '../../../src/database/pools';
import { deliveryList } from '../../../src/delivery/api/delivery.resolver';
import { BUSINESS_EVENTS } from '../../../src/events/business-event.store';
import type { ListQuery } from '../../../src/graphql/lists/list';
import { pageRequest } from '../../../src/graphql/lists/page-args';
import { requestList } from '../../../src/request-log/api/request-log.resolver';
import { all, bindings, type Condition } from '../../../src/sql/condition';
import { countSource, pageSource } from '../../../src/sql/walks/page-source';
import { UNMASKED } from '../../masking/unmasked';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { listStates } from '../../support/delivery-states';
import { makeDeliveries, RARE_WEBHOOK } from './made-deliveries';

const ROWS = 10_000;
const LOOKED_AT = 500;
/** A page of 11 rows, each looked up by its id. All deliveries are more than 500 blocks. */
const PAGE_BLOCKS = 150;

let database: TestDatabase;
let sql: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = new Client({ connectionString: database.superuserUrl });
  await sql.connect();
  await makeDeliveries(sql, ROWS);
  await listStates(database);
  await sql.query('vacuum analyze');
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

const OF_RARE_WEBHOOK: Condition = { kind: 'idsLink', column: 'webhook_id', ids: [RARE_WEBHOOK] };

async function explain(text: string, values: readonly unknown[]): Promise<{ blocks: number; rows: number }> {
  await sql.query(`prepare asked as ${text}`);
  const literals = values.map((value) => {
    if (value instanceof Date) return escapeLiteral(value.toISOString());
    return escapeLiteral(Array.isArray(value) ? `{${value.join()}}` : String(value));
  });
  const given = literals.length > 0 ? `(${literals.join(', ')})` : '';
  const { rows } = await sql.query(`explain (analyze, buffers, format json) execute asked${given}`);
  await sql.query('deallocate asked');
  const { Plan: plan } = rows[0]['QUERY PLAN'][0];
  return { blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], rows: plan['Actual Rows'] };
}

function explainPage({ listing, condition, order, args }: ListQuery, also?: Condition) {
  const { values, bind } = bindings();
  const whole = also ? all([condition, also]) : condition;
  const request = pageRequest(args, order, LOOKED_AT);
  return explain(pageSource({ bind, listing, condition: whole, request, limit: 11 }, listing.columns), values);
}

function listOf(args: object): ListQuery {
  return deliveryList.listQuery({ first: 10, ...args } as never, null as never);
}

/** The sessions of the two ways of reading. */
const SESSIONS: [string, Record<string, string>][] = [
  ['field by field', READ.settings],
  ['in one statement', { ...READ.settings, ...ANSWERING.settings }],
];

describe.each(SESSIONS)('read %s', (_way, settings) => {
  beforeAll(async () => {
    await sql.query('reset all');
    for (const [name, value] of Object.entries(settings)) await sql.query(`set ${name} = '${value}'`);
  });

  const WHERES: [string, object | undefined, Condition?][] = [
    ['all', undefined],
    ['EXHAUSTED', { status: { eq: 'EXHAUSTED' } }],
    ['DELIVERED', { status: { eq: 'DELIVERED' } }],
    ['RETRYING', { status: { eq: 'RETRYING' } }],
    ['open and failed', { status: { in: ['PENDING', 'RETRYING', 'EXHAUSTED'] } }],
    ['EXHAUSTED of a webhook with few', { status: { eq: 'EXHAUSTED' } }, OF_RARE_WEBHOOK],
    ['DELIVERED of a webhook with none', { status: { eq: 'DELIVERED' } }, OF_RARE_WEBHOOK],
    ['of a document', { referenceDocument: { eq: 'DOC-7' } }],
    ['of a document by type and name', { documentType: { eq: 'Type 1' }, referenceDocument: { eq: 'DOC-7' } }],
    ['EXHAUSTED of a document', { referenceDocument: { eq: 'DOC-3' }, status: { eq: 'EXHAUSTED' } }],
    ['EXHAUSTED of an event', { event: { eq: 'on_submit' }, status: { eq: 'EXHAUSTED' } }],
  ];
  const ORDERS = ['CREATED_AT', 'FINISHED_AT', 'NEXT_ATTEMPT_AT'].flatMap((field) =>
    ['ASC', 'DESC'].map((direction) => ({ field, direction })),
  );

  // as objects: jest gives a test with fewer values than parameters a callback as the last one
  test.each(WHERES.map(([what, where, also]) => ({ what, where, also })))(
    '$what, in each order',
    async ({ where, also }) => {
      for (const orderBy of ORDERS) {
        const { blocks } = await explainPage(listOf({ where, orderBy }), also);
        expect({ orderBy, isCheap: blocks <= PAGE_BLOCKS, blocks }).toEqual({ orderBy, isCheap: true, blocks });
      }
    },
  );

  test('a test without an index, of deliveries that arrived as of all', async () => {
    const attempts = { gte: 99 };
    const { blocks: ofAll } = await explainPage(listOf({ where: { attempts } }));
    for (const status of [{ eq: 'DELIVERED' }, { in: ['DELIVERED', 'EXHAUSTED'] }]) {
      const { blocks } = await explainPage(listOf({ where: { attempts, status } }));
      expect({ status, isCheap: blocks <= 2 * ofAll, blocks }).toEqual({ status, isCheap: true, blocks });
    }
  });

  test('what is due, and what is held', async () => {
    for (const where of [
      { nextAttemptAt: { lt: new Date(0) } },
      { held: { eq: true } },
      { waitsFor: { eq: 'CAPACITY' } },
    ]) {
      expect((await explainPage(listOf({ where }))).blocks).toBeLessThanOrEqual(4 * LOOKED_AT);
    }
  });

  test.each(['LOOP', 'CONDITION_FALSE', 'TEMPLATE_ERROR'])('what was skipped for %s, by its reason', async (eq) => {
    const skipReason = { eq };
    for (const where of [{ skipReason }, { skipReason, status: { eq: 'SKIPPED' } }]) {
      expect((await explainPage(listOf({ where }))).blocks).toBeLessThanOrEqual(PAGE_BLOCKS);
    }
  });

  test('what only open deliveries have, ordered by their end, is not looked for', async () => {
    for (const where of [
      { nextAttemptAt: { isNull: false } },
      { held: { eq: true } },
      { waitsFor: { eq: 'CAPACITY' } },
    ]) {
      expect(await explainPage(listOf({ where, orderBy: { field: 'FINISHED_AT' } }))).toEqual({ blocks: 0, rows: 0 });
    }
  });

  test('the numbers of deliveries by status and webhook', async () => {
    for (const [where, also] of [
      [{ status: { eq: 'EXHAUSTED' } }],
      [{ status: { in: ['PENDING', 'RETRYING'] } }, OF_RARE_WEBHOOK],
      [{ status: { eq: 'DELIVERED' } }, OF_RARE_WEBHOOK],
    ] as const) {
      const { listing, condition, order } = listOf({ where });
      const { values, bind } = bindings();
      const whole = all([condition, ...(also ? [also] : [])]);
      const counted = { listing, condition: whole, request: { order, lookedAt: LOOKED_AT }, parent: null };
      const { blocks } = await explain(countSource(bind, counted), values);
      expect(blocks).toBeLessThanOrEqual(100);
    }
  });

  test.each(['Type 1', 'Rare', 'None'])('requests of the document type %s', async (documentType) => {
    const args = { first: 10, where: { documentType: { eq: documentType } } };
    const { blocks } = await explainPage(
      requestList.listQuery(args as never, { viewer: null, services: UNMASKED } as never),
    );
    expect(blocks).toBeLessThanOrEqual(PAGE_BLOCKS);
  });
});

test('events of many publishers, whom no index finds, are read once for all of them', async () => {
  await sql.query(`set session_replication_role = replica`);
  await sql.query(
    `insert into business_events (id, document_type, event, reference_document, payload_id, user_id, published_by, created_at,
       body_digest, leaf_hash)
     select id, document_type, event, reference_document, id, user_id, user_id, created_at, '', '' from deliveries`,
  );
  await sql.query(`set session_replication_role = origin`);
  await sql.query('vacuum analyze business_events');
  const blocksFor = async (publishers: number) => {
    const { rows } = await sql.query(`select array_agg(new_id()) as ids from generate_series(1, $1)`, [publishers]);
    const condition: Condition = { kind: 'idsLink', column: 'published_by', ids: rows[0].ids };
    const args = { first: 10 } as ListQuery['args'];
    const order = { tag: 'BusinessEvent', column: null, descending: true };
    return (await explainPage({ listing: BUSINESS_EVENTS, condition, order, args })).blocks;
  };
  expect(await blocksFor(20)).toBeLessThanOrEqual(2 * (await blocksFor(1)));
});

test('a list that no index finds reads no more rows than a page looks at', async () => {
  const { blocks } = await explainPage(listOf({ where: { skipMessage: { contains: 'none' } } }));
  expect(blocks).toBeLessThanOrEqual(PAGE_BLOCKS);
});
