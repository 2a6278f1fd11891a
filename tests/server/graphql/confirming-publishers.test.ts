// The transaction that publishes confirms a caller from the auth cache: when the caller is looked up, and when work is repeated.
import { getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import type { Role, Viewer } from '../../../src/access/viewer';
import { AppError, CallerChanged, InputError } from '../../../src/errors/errors';
import type { Context } from '../../../src/graphql/context';
import { createExecutor } from '../../../src/server/graphql/executor';
import { sharedSchema } from '../../../src/server/schema/schema';

const EVENT = '{ documentType: "Invoice", event: "on_submit", referenceDocument: "INV-1", data: { total: 1 } }';
const PUBLISH = `publishEvents(input: { events: [${EVENT}] }) { events { id duplicate } userErrors { code } }`;

const viewerWith = (...roles: Role[]): Viewer => ({
  userId: '0199aaaa-0000-7000-8000-000000000001',
  apiKeyId: '0199aaaa-0000-7000-8000-000000000002',
  name: 'shop',
  roles: new Set(roles),
  sessionId: null,
  remoteAddress: null,
  userAgent: null,
  requestId: 'test',
});

/** Executes with a caller from the cache. @param failures of the first calls of `publish`; then it succeeds */
async function executed(query: string, failures: Error[] = [], cached = viewerWith('PUBLISHER')) {
  const publish = jest.fn(async (_viewer: Viewer, _events: unknown, _call: { version?: string }) => {
    const failure = failures.shift();
    if (failure) throw failure;
    return [{ id: '0199aaaa-0000-7000-8000-000000000003', duplicate: false }];
  });
  const confirmed = viewerWith('PUBLISHER');
  const confirm = jest.fn(async () => confirmed);
  const context = {
    viewer: cached,
    optimisticAuth: { version: '7 8', confirm },
    services: { publisher: { publish }, maskingRules: { refresh: async () => undefined }, auditNotes: { denied() {} } },
    log: { debug() {} },
    memory: new Map(),
    variables: () => undefined,
  } as unknown as Context;
  const executor = createExecutor(sharedSchema(), {
    readPlans: false,
    readingDb: {} as never,
    answering: {} as never,
    onFallback: () => undefined,
    noteAnswer: () => undefined,
    noteOutage: () => undefined,
  });
  const document = parse(query);
  const operation = getOperationAST(document) as OperationDefinitionNode;
  const { data, errors } = await executor({ document, operation, variables: {}, context });
  const published = publish.mock.calls.map(([viewer, , { version }]) => [
    viewer === confirmed ? 'read' : 'cached',
    version,
  ]);
  const code = (errors?.[0]?.originalError as AppError | undefined)?.code;
  return { data, code, published, lookUps: confirm.mock.calls.length };
}

test('a caller from the cache is not looked up if the transaction confirms the version', async () => {
  const { data, published, lookUps } = await executed(`mutation { ${PUBLISH} }`);
  expect(data).toMatchObject({ publishEvents: { events: [{ duplicate: false }], userErrors: [] } });
  expect([published, lookUps]).toEqual([[['cached', '7 8']], 0]);
});

test('a caller who has changed is looked up, and publishes again', async () => {
  const { data, published, lookUps } = await executed(`mutation { ${PUBLISH} }`, [new CallerChanged()]);
  expect(data).toMatchObject({ publishEvents: { events: [{ duplicate: false }] } });
  expect(published).toEqual([
    ['cached', '7 8'],
    ['read', undefined],
  ]);
  expect(lookUps).toBe(1);
});

test('faults of the events are answered after the caller was looked up', async () => {
  const fault = () => new InputError([{ field: ['events'], code: 'INVALID', message: 'wrong' }]);
  const { data, published, lookUps } = await executed(`mutation { ${PUBLISH} }`, [fault(), fault()]);
  expect(data).toMatchObject({ publishEvents: { events: null, userErrors: [{ code: 'INVALID' }] } });
  expect([published.length, lookUps]).toEqual([2, 1]);
});

test('after a failure that may have published, nothing is done again', async () => {
  for (const failure of [new AppError('UNAVAILABLE', 'try again'), new Error('Connection terminated')]) {
    const { published, lookUps } = await executed(`mutation { ${PUBLISH} }`, [failure]);
    expect([published, lookUps]).toEqual([[['cached', '7 8']], 0]);
  }
});

test('a role that the cache does not have is looked up before it is missed', async () => {
  const { data, published, lookUps } = await executed(`mutation { ${PUBLISH} }`, [], viewerWith('AUDITOR'));
  expect(data).toMatchObject({ publishEvents: { events: [{ duplicate: false }] } });
  expect([published, lookUps]).toEqual([[['read', undefined]], 1]);
});

test.each([`mutation { a: ${PUBLISH} b: ${PUBLISH} }`, `mutation { ...on Mutation { ${PUBLISH} } }`])(
  'the caller of another form of operation is looked up first: %s',
  async (query) => {
    const { published, lookUps } = await executed(query);
    expect(new Set(published.map(([viewer]) => viewer))).toEqual(new Set(['read']));
    expect(lookUps).toBe(1);
  },
);
