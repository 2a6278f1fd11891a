// A timeline that is longer than one look at the database, and what a page of a document costs.
import { graphql } from 'graphql';
import type { Viewer } from '../../src/access/viewer';
import { createDataSource } from '../../src/database/data-source';
import { sharedSchema } from '../../src/server/schema/schema';
import { useTestApi } from '../support/app';
import { contextOf } from '../support/read-in-one';
import { statementsSentBy } from '../support/sent-statements';
import { documentPage, OLDEST_FIRST, PAGE, type Page, type TimelinePage } from './documents';

const EVENTS = 1_100;
const NAME = 'STOCK-1';

const app = useTestApi();

beforeAll(async () => {
  for (const statement of MANY_EVENTS) await app.database.query(statement);
});

const idOf = (kind: number) =>
  `(lpad(to_hex(at::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(${kind}), 3, '0') ||
    lpad(to_hex(n), 12, '0'))::uuid`;

/** Eleven events in each millisecond, each delivered to one webhook 40 ms later. */
const MANY_EVENTS = [
  `insert into webhooks (id, name, direction, status, url, events, timeout_ms, owner_id, created_at, updated_at)
   select new_id(), 'Shop', 'OUTGOING', 'ACTIVE', 'https://shop.example/', '{}', 15000, id, now(), now() from users limit 1`,
  `create temp table made as
   select n, ${idOf(1)} as event_id, ${idOf(2)} as delivery_id, ${idOf(3)} as request_id, at, to_timestamp(at / 1000.0) as begun,
     to_timestamp((at + 40) / 1000.0) as ended, w.id as webhook_id, w.owner_id as user_id
   from (select n, (extract(epoch from now()) * 1000)::bigint - 1000 + n / 11 as at from generate_series(1, ${EVENTS}) as n) as all_
   cross join (select id, owner_id from webhooks limit 1) as w`,
  `insert into business_events (id, document_type, event, reference_document, payload_id, user_id, published_by, created_at,
     fanned_out_at, wanted_by, body_digest)
   select event_id, 'Sales Invoice', 'on_change', '${NAME}', event_id, user_id, user_id, begun, begun, 1, sha256('') from made`,
  `insert into deliveries (id, business_event_id, webhook_id, user_id, document_type, event, reference_document, status, method,
     url, headers, payload_id, attempts, held, created_at, finished_at, delivered_at)
   select delivery_id, event_id, webhook_id, user_id, 'Sales Invoice', 'on_change', '${NAME}', 'DELIVERED', 'POST', '', '[]',
     event_id, 1, false, begun, ended, ended from made`,
  `insert into webhook_request_logs (id, webhook_id, direction, status, document_type, event, reference_document,
     business_event_id, delivery_id, user_id, attempt_number, duplicate, method, url, started_at, finished_at, duration_ms,
     response_status)
   select request_id, webhook_id, 'OUTGOING', 'SUCCEEDED', 'Sales Invoice', 'on_change', '${NAME}', event_id, delivery_id,
     user_id, 1, false, 'POST', '', begun, ended, 40, 200 from made`,
];

interface ShortEntry {
  at: string;
  kind: string;
  businessEvent: { id: string };
}

const SHORT = `query ($first: Int, $last: Int, $after: String, $before: String, $orderBy: TimeOrder) {
  businessDocument(documentType: "Sales Invoice", name: "${NAME}") {
    timeline(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy) {
      nodes { at kind businessEvent { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } } }`;

async function shortPage(variables: object): Promise<{ nodes: ShortEntry[]; pageInfo: TimelinePage['pageInfo'] }> {
  const { data, errors } = await app.ask(SHORT, variables);
  expect(errors).toBeUndefined();
  return data.businessDocument.timeline;
}

test.each<[string, 'first' | 'last', object | null]>([
  ['newest first', 'first', null],
  ['oldest first', 'first', OLDEST_FIRST],
  ['backward from the oldest', 'last', null],
])(
  '%s, in pages of 100, a document with many events loses nothing and repeats nothing',
  async (_title, size, orderBy) => {
    const seen: ShortEntry[] = [];
    for (let cursor: string | null = null, more = true; more; ) {
      const args = size === 'first' ? { first: 100, after: cursor } : { last: 100, before: cursor };
      const { nodes, pageInfo } = await shortPage({ orderBy, ...args });
      if (size === 'first') seen.push(...nodes);
      else seen.unshift(...nodes);
      const { endCursor, startCursor, hasNextPage, hasPreviousPage } = pageInfo;
      [cursor, more] = size === 'first' ? [endCursor, hasNextPage] : [startCursor, hasPreviousPage];
    }
    expect(new Set(seen.map(({ kind, businessEvent }) => `${kind} ${businessEvent.id}`)).size).toBe(4 * EVENTS);
    expect(seen).toHaveLength(4 * EVENTS);
    const times = seen.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((one, other) => (orderBy ? one - other : other - one)));
  },
);

test('its entries are counted exactly', async () => {
  const { timeline } = (await documentPage(app, { name: NAME, first: 1 })) as Page;
  expect(timeline).toMatchObject({ totalCount: 4 * EVENTS, totalCountIsExact: true });
});

test('at one millisecond, what causes stands before its effects', async () => {
  const { timeline } = (await documentPage(app, { name: NAME, orderBy: OLDEST_FIRST, first: 30 })) as Page;
  const first = timeline.nodes.filter(({ at }) => at === timeline.nodes[0]?.at).map(({ kind }) => kind);
  const steps = ['EVENT_PUBLISHED', 'DELIVERY_MADE', 'ATTEMPT_MADE'];
  expect(first).toEqual([...first].sort((one, other) => steps.indexOf(one) - steps.indexOf(other)));
  expect(new Set(first)).toEqual(new Set(steps));
});

test('a page of a document with verdicts and a timeline is four statements', async () => {
  const source = await createDataSource(app.database.servingUrl, { name: 'timeline test', poolSize: 1 }).initialize();
  try {
    const sent = statementsSentBy(source);
    const auditor = contextOf(source);
    const viewer: Viewer = { ...(auditor.viewer as Viewer), roles: new Set(['SUPPORT']) };
    const document = PAGE.replaceAll(/totalCount(IsExact)?|(businessEvent|delivery|request) \{ id \}/g, '');
    const variableValues = { documentType: 'Sales Invoice', name: NAME };
    const { data, errors } = await graphql({
      schema: sharedSchema(),
      source: document,
      variableValues,
      contextValue: { ...auditor, viewer },
    });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ businessDocument: { verdicts: [{ verdict: 'ARRIVED', webhook: { name: 'Shop' } }] } });
    // is it known, what partners know, what happened, and the webhooks of that
    expect(sent).toHaveLength(4);
  } finally {
    await source.destroy();
  }
});
