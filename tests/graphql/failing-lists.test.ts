// What fails is said at its own place, and the rest of the answer is given: in one statement and field by field alike.
import { isNonNullType, isObjectType } from 'graphql';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { sharedSchema } from '../../src/server/schema/schema';
import { askAt, type GraphQLAnswer, startTestApp, type TestApp } from '../support/app';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

let app: TestApp;
/** The same database, without read plans. */
let plain: App;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  plain = await startApp(readConfig({ ...app.env, READ_PLANS: 'off' }), createLog('silent'));
  await createTestWebhook(app, 'https://partner.example/hook', { name: 'Bookkeeping' });
  await publish(
    app,
    ['INV-1', 'INV-2', 'INV-3'].map((name) => invoice(name)),
  );
});
afterAll(async () => {
  await plain.stop();
  await app.stop();
});

const shown = ({ data, errors }: GraphQLAnswer) => ({
  data,
  errors: errors?.map(({ message, path, extensions: { code, field } }) => ({ message, path, code, field })),
});

/** The answer, the same either way. */
async function both(query: string, variables?: object) {
  const [planned, resolved] = (await Promise.all(
    [app.url, plain.url as string].map(async (url) => shown(await askAt(url, query, variables, app.adminKey))),
  )) as [ReturnType<typeof shown>, ReturnType<typeof shown>];
  // errors of one answer have no order
  for (const { errors } of [planned, resolved]) errors?.sort((a, b) => String(a.path).localeCompare(String(b.path)));
  expect(planned).toEqual(resolved);
  return planned;
}

test('every list may be null, and so may its counts: none takes the rest of an answer with it', () => {
  const types = Object.values(sharedSchema().getTypeMap()).filter(isObjectType);
  const fields = types.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
  const lists = fields.filter(({ field }) => /Connection!?$/.test(String(field.type)));
  const counts = fields.filter(({ field }) => field.name.startsWith('totalCount'));
  expect(lists.length).toBeGreaterThan(20);
  expect(counts.length).toBeGreaterThan(10);
  const strict = [...lists, ...counts].filter(({ field }) => isNonNullType(field.type));
  expect(strict.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
});

const FOREIGN = 'where: { user: { id: { eq: "req_00000000000070008000000000000000" } } }';

test('a filter that is wrong fails its own list alone, and names itself', async () => {
  const { data, errors } = await both(
    `{ viewer { name } webhooks { nodes { name } } wrong: webhookRequestLogs(${FOREIGN}) { nodes { id } } }`,
  );
  expect(data).toMatchObject({
    viewer: { name: expect.any(String) },
    webhooks: { nodes: [{ name: 'Bookkeeping' }] },
    wrong: null,
  });
  expect(errors).toEqual([
    {
      code: 'BAD_USER_INPUT',
      path: ['wrong'],
      field: ['where', 'user', 'id', 'eq'],
      message:
        'where.user.id.eq: "req_00000000000070008000000000000000" is not the id of a User, which is usr_ and 32 hexadecimal digits.',
    },
  ]);
});

test('the same below a row, and alone', async () => {
  const below = await both(`{ webhooks { nodes { name requests(${FOREIGN}) { nodes { id } } } totalCount } }`);
  expect(below.data).toEqual({ webhooks: { nodes: [{ name: 'Bookkeeping', requests: null }], totalCount: 1 } });
  expect(below.errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: ['webhooks', 'nodes', 0, 'requests'] }]);
  const alone = await both(`{ webhookRequestLogs(${FOREIGN}) { nodes { id } } }`);
  expect(alone.data).toEqual({ webhookRequestLogs: null });
  expect(alone.errors).toMatchObject([{ path: ['webhookRequestLogs'] }]);
  const edge = await both(`{ deliveries(${FOREIGN}) { totalCount } }`);
  expect(edge.errors).toMatchObject([{ field: ['where', 'user', 'id', 'eq'], path: ['deliveries'] }]);
});

test.each<[string, string]>([
  ['a filter by an id of another type', 'where: { id: { eq: "whk_00000000000070008000000000000000" } }'],
  [
    'a filter by such an id through a link',
    'where: { webhook: { id: { eq: "req_00000000000070008000000000000000" } } }',
  ],
  ['a page that is too large', 'first: 101'],
  ['a cursor of another list', 'after: "x"'],
])('%s is refused where it is asked, and nowhere else', async (_what, args) => {
  const beside = await both(`{ users(first: 1) { nodes { active } } webhookRequestLogs(${args}) { nodes { id } } }`);
  expect(beside.data).toEqual({ users: { nodes: [{ active: true }] }, webhookRequestLogs: null });
  expect(beside.errors).toMatchObject([{ path: ['webhookRequestLogs'] }]);
  // below rows that do not exist nobody asks it
  const nowhere = await both(
    `{ webhooks(where: { name: { eq: "none" } }) { nodes { requests(${args}) { nodes { id } } } } webhook(id: "whk_00000000000070008000000000000000") { requests(${args}) { totalCount } } }`,
  );
  expect(nowhere).toEqual({ data: { webhooks: { nodes: [] }, webhook: null }, errors: undefined });
});

describe('a table that cannot be read', () => {
  const login = () => `"${new URL(app.database.servingUrl).username}"`;
  beforeAll(() => app.database.query(`revoke select on deliveries from ${login()}`));
  afterAll(() => app.database.query(`grant select on deliveries to ${login()}`));

  test('empties its own lists, and says nothing of itself', async () => {
    const { data, errors } = await both(
      '{ viewer { name } webhooks { nodes { name deliveries { nodes { id } } } } deliveries { nodes { id } totalCount } }',
    );
    expect(data).toMatchObject({
      viewer: {},
      webhooks: { nodes: [{ name: 'Bookkeeping', deliveries: null }] },
      deliveries: null,
    });
    expect(errors?.map(({ path }) => path)).toEqual(
      expect.arrayContaining([['deliveries'], ['webhooks', 'nodes', 0, 'deliveries']]),
    );
    expect(new Set(errors?.map(({ message }) => message))).toEqual(new Set(['An internal error occurred.']));
  });
});

describe('a field that a role may not read', () => {
  test('is one error, however many rows it stands in', async () => {
    const support = await app.keyFor('SUPPORT');
    const query =
      '{ viewer { name } a: users(first: 2) { nodes { name keys: apiKeys { totalCount } signedIn: sessions { totalCount } } } }';
    const { data, errors } = shown(await app.ask(query, undefined, support));
    expect(data.a.nodes).toEqual(Array(2).fill({ name: expect.any(String), keys: null, signedIn: null }));
    expect(errors?.map(({ code, path }) => [code, path])).toEqual([
      ['FORBIDDEN', ['a', 'nodes', 0, 'keys']],
      ['FORBIDDEN', ['a', 'nodes', 0, 'signedIn']],
    ]);
  });
});
