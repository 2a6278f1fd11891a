import { useTestApi } from '../support/app';
import { createTestWebhook } from '../support/webhooks';
import { change, URL } from './webhook-changes';

const app = useTestApi();
let ownerId: string;

// two names twice, so that the id has to decide; made in an order that is not the alphabet's
const NAMES = ['delta', 'alpha', 'charlie', 'alpha', 'echo', 'bravo', 'delta'];

beforeAll(async () => {
  const key = await app.keyFor('INTEGRATION_MANAGER');
  ownerId = (await app.ask('{ viewer { id } }', undefined, key)).data.viewer.id;
  for (const name of NAMES) await createTestWebhook(app, URL, { name, documentType: `Type of ${name}` });
  const more = { name: 'zulu', url: 'http://127.0.0.1:9/%_', documentType: null, ownerId };
  const { webhook } = await change(app, 'createWebhook', more);
  await change(app, 'pauseWebhook', { id: webhook.id });
});

interface Args {
  first?: number;
  after?: string | null;
  last?: number;
  before?: string | null;
  where?: object;
  orderBy?: object;
}

async function list(args: Args) {
  const { data, errors } = await app.ask(
    `query ($first: Int, $after: String, $last: Int, $before: String, $where: WebhookWhere, $orderBy: WebhookOrder) {
      webhooks(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {
        nodes { id name } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }`,
    args,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.webhooks;
}

const namesOf = (nodes: { name: string }[]) => nodes.map((node) => node.name);
const NEWEST_FIRST = ['zulu', ...[...NAMES].reverse()];
const A_TO_Z = [...NAMES, 'zulu'].sort();

describe.each<[string, object | undefined, string[]]>([
  ['by default', undefined, NEWEST_FIRST],
  ['CREATED_AT', { field: 'CREATED_AT' }, NEWEST_FIRST],
  ['CREATED_AT ASC', { field: 'CREATED_AT', direction: 'ASC' }, [...NEWEST_FIRST].reverse()],
  ['NAME', { field: 'NAME' }, [...A_TO_Z].reverse()],
  ['NAME ASC', { field: 'NAME', direction: 'ASC' }, A_TO_Z],
])('ordered %s', (_what, orderBy, expected) => {
  test('all are there, in order', async () => {
    const { nodes, totalCount, pageInfo } = await list({ orderBy });
    expect(namesOf(nodes)).toEqual(expected);
    expect(totalCount).toBe(8);
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
  });

  test.each([1, 2, 3, 8])('pages of %i from either end are the same list', async (size) => {
    const whole = (await list({ orderBy })).nodes;
    const forward = [];
    for (let after: string | null = null, more = true; more; ) {
      const page = await list({ orderBy, first: size, after });
      expect(page.nodes.length).toBeLessThanOrEqual(size);
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      forward.push(...page.nodes);
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
    }
    const backward = [];
    for (let before: string | null = null, more = true; more; ) {
      const page = await list({ orderBy, last: size, before });
      expect(page.pageInfo.hasNextPage).toBe(before !== null);
      backward.unshift(...page.nodes);
      ({ startCursor: before, hasPreviousPage: more } = page.pageInfo);
    }
    expect([forward, backward]).toEqual([whole, whole]);
  });
});

test('a page goes on where it was, although webhooks come and are renamed meanwhile', async () => {
  const orderBy = { field: 'NAME', direction: 'ASC' };
  const first = await list({ orderBy, first: 3 });
  expect(namesOf(first.nodes)).toEqual(['alpha', 'alpha', 'bravo']);
  const { webhook } = await change(app, 'createWebhook', { name: 'aardvark', url: URL });
  const { id } = first.nodes[2];
  await change(app, 'updateWebhook', { id, name: 'zz' });
  const second = await list({ orderBy, first: 3, after: first.pageInfo.endCursor });
  await change(app, 'updateWebhook', { id, name: 'bravo' });
  // without the trigger that protects the versions
  await app.database.query('set session_replication_role = replica');
  for (const table of ['webhook_versions', 'webhook_secrets', 'webhook_circuits']) {
    await app.database.query(`delete from ${table} where webhook_id = (select id from webhooks where name = $1)`, [
      webhook.name,
    ]);
  }
  await app.database.query('delete from webhooks where name = $1', [webhook.name]);
  await app.database.query('set session_replication_role = origin');
  expect(namesOf(second.nodes)).toEqual(['charlie', 'delta', 'delta']);
});

test.each<[string, object, string[]]>([
  ['name eq', { name: { eq: 'delta' } }, ['delta', 'delta']],
  ['name in', { name: { in: ['alpha', 'zulu', 'nobody'] } }, ['alpha', 'alpha', 'zulu']],
  ['name startsWith', { name: { startsWith: 'br' } }, ['bravo']],
  ['name contains', { name: { contains: 'l' } }, ['alpha', 'alpha', 'charlie', 'delta', 'delta', 'zulu']],
  ['a percent sign is a percent sign', { name: { contains: '%' } }, []],
  ['and an underscore one', { url: { contains: '%_' } }, ['zulu']],
  ['status', { status: { eq: 'PAUSED' } }, ['zulu']],
  ['status in', { status: { in: ['DISABLED', 'ARCHIVED'] } }, []],
  ['direction', { direction: { eq: 'INCOMING' } }, []],
  ['a missing value', { documentType: { isNull: true } }, ['zulu']],
  ['not', { not: { documentType: { startsWith: 'Type' } } }, ['zulu']],
  ['or', { or: [{ name: { eq: 'echo' } }, { status: { eq: 'PAUSED' } }] }, ['echo', 'zulu']],
  ['and', { and: [{ name: { eq: 'alpha' } }, { status: { eq: 'PAUSED' } }] }, []],
  ['two fields', { name: { eq: 'zulu' }, status: { eq: 'PAUSED' } }, ['zulu']],
  ['the owner', { owner: { name: { startsWith: 'user-' } } }, ['zulu']],
  ['not the owner', { not: { owner: { name: { eq: 'Administrator' } } } }, ['zulu']],
  ['a time to come', { createdAt: { gt: '2999-01-01T00:00:00Z' } }, []],
])('where %s', async (_what, where, expected) => {
  const { nodes, totalCount } = await list({ where, orderBy: { field: 'NAME', direction: 'ASC' } });
  expect([namesOf(nodes), totalCount]).toEqual([expected, expected.length]);
});

test('a filtered list pages within the filter', async () => {
  const where = { name: { in: ['alpha', 'delta'] } };
  const orderBy = { field: 'NAME', direction: 'ASC' };
  const first = await list({ where, orderBy, first: 3 });
  const rest = await list({ where, orderBy, first: 3, after: first.pageInfo.endCursor });
  expect([namesOf(first.nodes), namesOf(rest.nodes)]).toEqual([['alpha', 'alpha', 'delta'], ['delta']]);
  expect(rest).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: false, hasPreviousPage: true } });
});

test('an owner lists their own, with a filter of its own', async () => {
  const { data } = await app.ask(
    `query ($id: ID!) { user(id: $id) {
      all: webhooks { nodes { name } totalCount } none: webhooks(where: { status: { eq: ACTIVE } }) { totalCount }
    } }`,
    { id: ownerId },
  );
  expect(data.user).toEqual({ all: { nodes: [{ name: 'zulu' }], totalCount: 1 }, none: { totalCount: 0 } });
});

test.each(['SUPPORT', 'AUDITOR', 'INTEGRATION_MANAGER'] as const)('%s reads the list', async (role) => {
  const { data } = await app.ask('{ webhooks { totalCount } }', undefined, await app.keyFor(role));
  expect(data.webhooks.totalCount).toBe(8);
});

test('a publisher does not', async () => {
  const { data, errors } = await app.ask('{ webhooks { totalCount } }', undefined, await app.keyFor('PUBLISHER'));
  expect([data, errors?.map((error) => error.extensions.code)]).toEqual([{ webhooks: null }, ['FORBIDDEN']]);
});
