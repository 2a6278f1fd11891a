import { ROLES, type Role } from '../../src/access/viewer';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { type Ids, pathsOf, rootPathsOf, typeNamed } from '../roles/paths';
import { seed, switchDeliveries } from '../roles/rows';
import { inQueries, printSelection } from '../roles/selection';
import { isAllowed } from '../roles/table';
import { askAt, type GraphQLAnswer, startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';
import { planned, WITHOUT_PLAN } from './planned';

/** Answers in one statement where it can. */
let app: TestApp;
/** The same database, field by field. */
let plain: App;
let partner: Receiver;
let ids: Ids;
/** How many queries of `app` had no plan until now; those that were refused are not among them. */
let withoutPlan = 0;

beforeAll(async () => {
  const settings = { RATE_LIMIT_COST_PER_MINUTE: '0', RATE_LIMIT_REQUESTS_PER_SECOND: '0', LOG_LEVEL: 'debug' };
  const write = (line: string) => {
    if (line.includes('"reason":"no_plan"')) withoutPlan += 1;
  };
  [app, partner] = await Promise.all([startTestApp(settings, { write }), startReceiver()]);
  ids = await seed(app, partner.url);
  for (const name of ['B', 'a', 'ب', 'B']) await createTestWebhook(app, partner.url, { name, documentType: 'Nothing' });
  await switchDeliveries(app, 'pause');
  // the first answer of two must not change the second: readings and denials are recorded between them
  await app.database.query(`create function record_nothing() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger record_nothing before insert on audit_entries for each row
    when (new.action in ('content.read', 'access.denied')) execute function record_nothing()`);
  const config = readConfig({ ...app.env, PROCESSES: 'api', READ_PLANS: 'off' });
  plain = await startApp(config, createLog('silent'));
});
afterAll(async () => {
  await plain.stop();
  await Promise.all([app.stop(), partner.stop()]);
});

/**
 * A statement runs as plain text, is then prepared, and the third time it runs on a pipeline if it was quick. A query without
 * a plan has no statement, and is asked once.
 */
const EACH_WAY = 3;

async function expectTheSame(query: string, variables?: object, key = app.adminKey, times = EACH_WAY): Promise<void> {
  const wanted = {
    query,
    answer: comparable(await available(() => askAt(plain.url as string, query, variables, key))),
  };
  const before = withoutPlan;
  for (let time = 0; time < times && withoutPlan === before; time += 1) {
    expect({ query, answer: comparable(await available(() => app.ask(query, variables, key))) }).toEqual(wanted);
  }
}

/** Asks again while the answer says so: on a machine that stands still, a connection may take longer than the program waits. */
function available(ask: () => Promise<GraphQLAnswer>): Promise<GraphQLAnswer> {
  return waitFor('an answer', async () => {
    const answer = await ask();
    return !answer.errors?.some(({ extensions }) => extensions.code === 'UNAVAILABLE') && answer;
  });
}

/** What differs with the moment of asking; a query of several paths numbers its fields. */
const AS_OF_NOW = /^(countedUntil|evidence(Status|Heads|Run|Completeness)\d*)$/;

/** As text, since the order of keys is part of an answer; without what differs from request to request. */
function comparable({ status, data, errors }: GraphQLAnswer) {
  const shown = errors?.map(({ extensions: { requestId: _own, ...extensions }, ...error }) => ({
    ...error,
    extensions,
  }));
  // graphql-js knows no order among the errors of one level
  shown?.sort((a, b) => JSON.stringify(a.path).localeCompare(JSON.stringify(b.path)));
  const text = JSON.stringify(data, (field, value: unknown) => (AS_OF_NOW.test(field) ? undefined : value));
  return { status, data: text, errors: shown };
}

describe.each([...ROLES])('for %s', (role: Role) => {
  test('what one statement reads has the same answer field by field, at every path through the schema', async () => {
    const key = await app.keyFor(role);
    const type = typeNamed('Query');
    // other roles have the statements of the first, with fewer columns
    const isFirst = role === 'SYSTEM_MANAGER';
    // this one reads nearly all that the first does
    const asked = role === 'INTEGRATION_MANAGER' ? rootPathsOf([role], ids) : pathsOf([role], ids);
    const all = asked.map(planned);
    const paths = all.flatMap(({ path }) => path ?? []);
    if (isFirst) {
      const without = new Set(all.flatMap((each) => [...each.without]));
      expect([...without].sort()).toEqual(WITHOUT_PLAN);
    }
    const allowed = (row: string, field: string) => isAllowed([role], row, field);
    const queries = isFirst ? paths.map((path) => ({ type, picks: [path] })) : inQueries(type, paths, allowed);
    const missed: string[] = [];
    for (const query of queries) {
      const before = withoutPlan;
      const text = `{ ${printSelection(query)} }`;
      await expectTheSame(text, undefined, key, isFirst ? EACH_WAY : 1);
      if (withoutPlan !== before) missed.push(text);
    }
    expect(missed).toEqual([]);
  });
});

const QUERIES: Record<string, string> = {
  'aliases, fragments and __typename': `{
    a: webhookRequestLogs(first: 3) { __typename n: nodes { __typename ...R ... on Node { id } ... { status } } }
    b: webhookRequestLogs(first: 2) { nodes { ...R webhook { owner { n: name } owner { id } } } }
  } fragment R on WebhookRequestLog { id u: url when: startedAt webhook { n: name ...W } } fragment W on Webhook { url events }`,
  'pages from both ends, with cursors': `{
    f: webhooks(first: 2) { edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
    l: webhooks(last: 2) { edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
    o: webhooks(first: 2, orderBy: { field: NAME, direction: ASC }) { edges { cursor node { name } } pageInfo { endCursor } }
    p: webhooks(last: 2, orderBy: { field: NAME, direction: ASC }) { edges { node { name } cursor } pageInfo { __typename startCursor } }
  }`,
  counts: `{ users { totalCount totalCountIsExact nodes { webhooks(first: 1) { totalCount nodes { name } } requests { totalCount } } } }`,
  'nothing but a count': `{
    a: webhookRequestLogs(where: { referenceDocument: { eq: "INV-0042" } }) { totalCount }
    b: webhooks(first: 1, where: { name: { in: ["B"] } }) { totalCount pageInfo { __typename } }
    c: webhooks(first: 1, where: { name: { in: ["B"] } }) { totalCountIsExact edges { __typename } }
    d: webhooks(where: { name: { eq: "B" } }) { __typename }
    e: webhookRequestLogs(where: { search: "INV" }) { totalCount }
  }`,
  'an empty list': `{ webhookRequestLogs(where: { referenceDocument: { eq: "none" } }) { totalCount nodes { id } edges { cursor } pageInfo { startCursor endCursor hasNextPage } } }`,
  'filters, links and failures': `{
    a: webhookRequestLogs(where: { status: { in: [FAILED, UNKNOWN] } }) { totalCount nodes { id status errorCode } }
    b: webhookRequestLogs(where: { not: { status: { eq: SUCCEEDED } } }) { nodes { id } }
    c: webhookRequestLogs(where: { webhook: { owner: { name: { contains: "a" } } } }) { nodes { id webhook { name } } }
    d: webhookRequestLogs(where: { or: [{ user: { active: { eq: true } } }, { event: { eq: "x" } }] }) { totalCount nodes { id } }
    e: webhooks { nodes { requests(first: 2, where: { status: { eq: FAILED } }) { nodes { id } } } }
  }`,
  'the newest of the rows below': `{
    a: deliveries { nodes { id attempts lastRequest { id status attemptNumber response webhook { name } } } }
    b: businessEvents { nodes { deliveries { nodes { l: lastRequest { __typename n: attemptNumber } lastRequest { delivery { id } } } } } }
  }`,
  'bodies and headers': `{ webhookRequestLogs { nodes { headers hl: headerList { name value } data dataBody { text base64 bytes sha256 contentType truncated }
    response responseBody { text bytes truncated } responseHeaders responseHeaderList { value } } } }`,
  'nothing but the roots of an id': `{ user(id: "nobody") { id } webhook(id: "whk_00000000000000000000000000000000") { name } }`,
  'a page that is too large': '{ webhookRequestLogs(first: 101) { nodes { id } } }',
  'both ends at once': '{ webhookRequestLogs(first: 2, last: 2) { nodes { id } } }',
  'an empty filter in one of two lists': '{ a: webhooks { nodes { id } } b: webhooks(where: {}) { nodes { id } } }',
  'not of nothing in one of two lists':
    '{ a: webhooks { nodes { id } } b: webhooks(where: { not: {} }) { nodes { id } } }',
  'a bad cursor below a row': '{ webhooks { nodes { name requests(after: "x") { nodes { id } } } } }',
  'a list twice': '{ webhooks { nodes { id } edges { node { name } } } }',
  'aliases that objects have already': '{ webhooks(first: 1) { nodes { constructor: id toString: status } } }',
};

test.each(Object.entries(QUERIES))('%s', async (_title, query) => {
  await expectTheSame(query);
  await expectTheSame(query, undefined, await app.keyFor('SUPPORT'));
});

test('variables: given, null, left out, wrong, and in directives', async () => {
  const query = `query ($n: Int = 2, $w: WebhookWhere, $owner: Boolean!, $no: Boolean = true) {
    webhooks(first: $n, where: $w) { nodes { name owner @include(if: $owner) { name } url @skip(if: $no) } }
  }`;
  await expectTheSame(query, { owner: true });
  await expectTheSame(query, { owner: false, no: false, n: 1 });
  await expectTheSame(query, { owner: true, w: { name: { startsWith: 'P' } } });
  await expectTheSame(query, {
    owner: true,
    w: { and: [{ or: [{ name: { isNull: true } }, { not: { name: { eq: 'x' } } }] }] },
  });
  await expectTheSame(query, { owner: true, w: null });
  await expectTheSame(query, { owner: true, n: null });
  await expectTheSame(query, { owner: true, n: 0 });
  await expectTheSame(query, { owner: 'yes' });
  await expectTheSame(query, { owner: true, w: { name: { eq: 1 } } });
  await expectTheSame(query, {});
});

test('walking through a list by cursors meets every row once, both ways', async () => {
  const walk = async (url: string, args: string, next: 'endCursor' | 'startCursor', key: 'after' | 'before') => {
    const met: string[] = [];
    let cursor: string | null = null;
    do {
      const at: string = cursor === null ? '' : `, ${key}: "${cursor}"`;
      const answer = await askAt(
        url,
        `{ webhooks(${args}${at}) { nodes { id } pageInfo { ${next} } } }`,
        {},
        app.adminKey,
      );
      met.push(...answer.data.webhooks.nodes.map((node: { id: string }) => node.id));
      cursor = answer.data.webhooks.nodes.length === 0 ? null : answer.data.webhooks.pageInfo[next];
    } while (cursor !== null);
    return met;
  };
  const all = await walk(plain.url as string, 'first: 100', 'endCursor', 'after');
  expect(all.length).toBeGreaterThan(3);
  expect(await walk(app.url, 'first: 2', 'endCursor', 'after')).toEqual(all);
  expect((await walk(app.url, 'last: 2', 'startCursor', 'before')).sort()).toEqual([...all].sort());
});
