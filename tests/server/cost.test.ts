import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInputObjectType, isObjectType } from 'graphql';
import { COST_WEIGHTS } from '../../src/server/graphql/cost-weights';
import { sharedSchema } from '../../src/server/schema/schema';
import { useTestApi } from '../support/app';

const app = useTestApi();

async function costOf(query: string, variables?: object): Promise<number | undefined> {
  return (await app.ask(query, variables)).extensions?.cost?.requested;
}

const RANGE = 'range: { from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" }, bucket: DAY';

describe('extensions.cost', () => {
  test('stands on an answer, on one with errors, and on a refusal by cost, and says what is left', async () => {
    const limits = {
      limit: 100_000,
      remaining: expect.any(Number),
      perMinute: Number(app.env.RATE_LIMIT_COST_PER_MINUTE),
    };
    const whole = await app.ask('{ viewer { name } }');
    expect(whole.extensions).toEqual({ cost: { requested: 1, ...limits } });
    const partly = await app.ask('{ viewer { name } users(first: 0) { nodes { id } } }');
    expect([partly.errors?.[0]?.extensions.code, partly.extensions?.cost?.requested]).toEqual(['BAD_USER_INPUT', 2]);
    const refused = await app.ask(`{ webhooks(first: 100) { nodes { requests(first: 100) { nodes {
      user { id } webhook { id } a: user { id } b: user { id } c: user { id } d: user { id } e: user { id } f: user { id }
      g: user { id } h: user { id } } } } } }`);
    expect(refused.status).toBe(400);
    expect(refused.errors).toMatchObject([
      {
        message: expect.stringMatching(/^The query costs 110100; at most 100000 are allowed\./),
        extensions: { code: 'LIMIT_EXCEEDED' },
      },
    ]);
    expect(refused.extensions).toEqual({ cost: { requested: 110_100, limit: 100_000 } });
  });

  test.each<[string, string, object | undefined, number]>([
    ['a row is a point', '{ users(first: 7) { nodes { id name } } }', undefined, 7],
    ['20 where no number is given', '{ users { nodes { id } } }', undefined, 20],
    [
      'edges are the same rows',
      '{ users(first: 7) { edges { cursor node { id } } pageInfo { endCursor } } }',
      undefined,
      7,
    ],
    ['from the other end', '{ users(last: 9) { nodes { id } } }', undefined, 9],
    ['a variable', 'query ($n: Int) { users(first: $n) { nodes { id } } }', { n: 30 }, 30],
    ['its default', 'query ($n: Int = 40) { users(first: $n) { nodes { id } } }', {}, 40],
    [
      'a page of a billion is refused by itself',
      'query ($n: Int) { users(first: $n) { nodes { id } } }',
      { n: 1e9 },
      100,
    ],
    ['a linked row is a point', '{ webhooks(first: 5) { nodes { owner { name } } } }', undefined, 10],
    ['pages multiply', '{ webhooks(first: 5) { nodes { requests(first: 10) { nodes { id } } } } }', undefined, 55],
    [
      'nodes: as many as there are ids',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: ['a', 'b', 'c'] },
      3,
    ],
    ['a count', '{ users(first: 5) { totalCount } }', undefined, 55],
    ['a count for each row', '{ webhooks(first: 5) { nodes { requests(first: 1) { totalCount } } } }', undefined, 260],
    ['a filter that reads text', '{ users(where: { name: { contains: "a" } }) { nodes { id } } }', undefined, 120],
    [
      'a filter in a variable',
      'query ($where: UserWhere) { users(where: $where) { nodes { id } } }',
      { where: { or: [{ name: { contains: 'a' } }, { not: { name: { contains: 'b' } } }] } },
      1_220,
    ],
    [
      'a part of a filter in a variable',
      'query ($name: StringFilter) { users(where: { name: $name }) { nodes { id } } }',
      { name: { contains: 'a' } },
      120,
    ],
    ['what is left out', '{ users { nodes { id } } webhooks @include(if: false) { nodes { id } } }', undefined, 20],
    [
      'what variables leave out',
      'query ($no: Boolean!) { users(first: 5) { totalCount @skip(if: $no) nodes { id } } webhooks @skip(if: $no) { nodes { id } } }',
      { no: true },
      5,
    ],
    [
      'and what they do not',
      'query ($no: Boolean!) { users(first: 5) { totalCount @skip(if: $no) nodes { id } } webhooks @skip(if: $no) { nodes { id } } }',
      { no: false },
      75,
    ],
    [
      'fragments',
      '{ ...A } fragment A on Query { users(first: 3) { ...B } } fragment B on UserConnection { totalCount nodes { id } }',
      undefined,
      53,
    ],
    ['parts of a row are a point in all', '{ webhooks(first: 5) { nodes { headers { name } } } }', undefined, 10],
    ['statistics of deliveries', `{ deliveryStats(${RANGE}) { uncounted } }`, undefined, 500],
    [
      'what they are divided by',
      `{ deliveryStats(${RANGE}) { total { pending } buckets { pending } types: figures(by: DOCUMENT_TYPE, first: 3) { pending } webhooks: figures(by: WEBHOOK, first: 3) { pending } } }`,
      undefined,
      500 + 3 * 1_000 + 7,
    ],
    [
      'statistics of webhooks',
      `{ webhooks(first: 2) { nodes { stats(${RANGE}) { total { pending } buckets { pending } } } } }`,
      undefined,
      2 + 2 * (20 + 50 + 200) + 2,
    ],
    ['what expires', '{ expiringSecrets(first: 1) { nodes { kind } } }', undefined, 201],
    [
      'a filter by health',
      '{ webhooks(first: 1, where: { health: { waitingCount: { gt: 1 } } }) { nodes { id } } }',
      undefined,
      2_001,
    ],
    [
      'a filter without an index',
      '{ webhookRequestLogs(first: 5, where: { errorCode: { eq: DNS }, status: { eq: FAILED } }) { nodes { id } } }',
      undefined,
      1_005,
    ],
    [
      'filters with an index',
      '{ webhookRequestLogs(first: 5, where: { or: [{ webhook: { url: { eq: "x" } } }, { status: { eq: FAILED } }] }) { nodes { id } } }',
      undefined,
      5,
    ],
    [
      'a filter without an index below rows, however many there are',
      '{ webhooks(first: 10) { nodes { requests(first: 2, where: { durationMs: { gt: 1 } }) { nodes { id } } } } }',
      undefined,
      10 + 20 + 1_000,
    ],
    ['nothing costs a point', '{ __typename }', undefined, 1],
    ['introspection', '{ __schema { types { name } } }', undefined, 500],
    [
      'a mutation',
      'mutation { createUser(input: { name: "", roles: [] }) { user { id } userErrors { message } } }',
      undefined,
      12,
    ],
  ])('%s', async (_what, query, variables, cost) => {
    expect(await costOf(query, variables)).toBe(cost);
  });

  test('the same document with other variables costs something else', async () => {
    const query = 'query ($n: Int!) { webhookRequestLogs(first: $n) { nodes { webhook { id } } } }';
    expect([await costOf(query, { n: 10 }), await costOf(query, { n: 100 }), await costOf(query, { n: 1 })]).toEqual([
      20, 200, 2,
    ]);
  });

  test('a search costs the same in the box and in a filter', async () => {
    const inBox = await costOf('{ search(text: "inv", first: 7) { __typename } }');
    const inFilter = await costOf('{ webhookRequestLogs(first: 7, where: { search: "inv" }) { nodes { id } } }');
    expect([inBox, inFilter]).toEqual([307, 307]);
  });

  test('totalCount on every nested list is refused', async () => {
    const { errors } = await app.ask(
      '{ users(first: 100) { totalCount nodes { webhooks(first: 100) { totalCount nodes { requests(first: 3) { totalCount } } } } } }',
    );
    expect(errors?.[0]?.message).toMatch(/^The query costs \d{6}; at most 100000 are allowed/);
  });
});

test('every weight is of something that there is', () => {
  const types = Object.values(sharedSchema().getTypeMap());
  const fields = new Set(
    types
      .filter(isObjectType)
      .flatMap((type) => Object.keys(type.getFields()).flatMap((name) => [`${type.name}.${name}`, `*.${name}`])),
  );
  const filters = new Set(types.filter(isInputObjectType).flatMap((type) => Object.keys(type.getFields())));
  const named = [...COST_WEIGHTS.fields.keys(), ...COST_WEIGHTS.arguments.keys()].filter(
    (key) => !key.startsWith('Query.__'),
  );
  expect(named.filter((key) => !fields.has(key))).toEqual([]);
  expect([...COST_WEIGHTS.filters.keys()].filter((key) => !filters.has(key))).toEqual([]);
});

test('docs/query-costs.md has the points of each field with a weight, and of no other', () => {
  const page = readFileSync(join(__dirname, '../../docs/query-costs.md'), 'utf8');
  const documented = [...page.matchAll(/^\|(?<fields>[^|\n]*`[\w*]+\.\w+`[^|\n]*)\| (?<points>[\d,]+) \|$/gm)].flatMap(
    ({ groups }) =>
      [...(groups?.fields ?? '').matchAll(/`([\w*]+\.\w+)`/g)].map(([, field]) => [
        field,
        Number(groups?.points?.replace(',', '')),
      ]),
  );
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(COST_WEIGHTS.fields));
});
