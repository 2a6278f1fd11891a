// Who may ask for counts, and what is refused.
import { graphql } from 'graphql';
import { createDataSource } from '../../../src/database/data-source';
import type { Context } from '../../../src/graphql/context';
import { createLog } from '../../../src/logging/log';
import { knownError } from '../../../src/server/edge/format-error';
import { sharedSchema } from '../../../src/server/schema/schema';
import { UNMASKED } from '../../masking/unmasked';
import { useTestApi } from '../../support/app';
import { seedRequest } from '../pages/seeded-log';

const app = useTestApi();

beforeAll(async () => {
  await seedRequest(app.database, { status: 'FAILED', referenceDocument: 'INV-1', headers: [['X-Customer', 'ACME']] });
});

const RANGE = { from: '2024-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
const ask = (args: string, fields: string, key?: string) =>
  app.ask(
    `query ($range: DateTimeRange!) { webhookRequestLogStats(range: $range, bucket: MONTH ${args}) { ${fields} } }`,
    { range: RANGE },
    key,
  );

test('SUPPORT may count, and sees of a sample what it may see of any request', async () => {
  const { data, errors } = await ask(
    'where: { referenceDocument: { eq: "INV-1" } }',
    'total { failed } figures(by: WEBHOOK, rankBy: FAILURES) { failures webhook { name } latestFailure { status headers } }',
    await app.keyFor('SUPPORT'),
  );
  expect(data.webhookRequestLogStats).toEqual({
    total: { failed: 1 },
    figures: [{ failures: 1, webhook: null, latestFailure: { status: 'FAILED', headers: { 'x-customer': '***' } } }],
  });
  expect(errors).toBeUndefined();
});

test.each([
  'url: { startsWith: "https://partner.example/secret" }',
  'data: { contains: { iban: "DE00" } }',
  'or: [{ status: { eq: FAILED } }, { response: { contains: { code: 1 } } }]',
])('SUPPORT may not count by what it may not read: %s', async (where) => {
  const { data, errors } = await ask(`where: { ${where} }`, 'total { requestCount }', await app.keyFor('SUPPORT'));
  expect(data?.webhookRequestLogStats ?? null).toBeNull();
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
});

test('PUBLISHER may not count, nor may a caller without a key', async () => {
  const refused = async (key: string | null) =>
    (await ask('', 'total { requestCount }', key as string)).errors?.map(({ extensions }) => extensions.code);
  expect(await refused(await app.keyFor('PUBLISHER'))).toEqual(['FORBIDDEN']);
  expect(await refused(null)).toEqual(['UNAUTHENTICATED']);
});

test.each([
  ['an unknown zone', 'timeZone: "Mars/Olympus"', 'timeZone'],
  ['a filter that negates nothing', 'where: { not: {} }', 'where,not'],
  ['an empty part deep within', 'where: { and: [{ not: { direction: {} } }] }', 'where,and,0,not'],
  ['an id of something else', 'where: { webhook: { id: { eq: "usr_1" } } }', 'where,webhook,id,eq'],
])('%s is refused', async (_title, args, field) => {
  const { errors } = await ask(args, 'total { requestCount }');
  expect(errors?.map(({ extensions }) => [extensions.code, extensions.field?.join()])).toEqual([
    ['BAD_USER_INPUT', field],
  ]);
});

test.each([0, -1, 101, 2_147_483_647])('the first %d of a list are refused', async (first) => {
  const { data, errors } = await ask(
    '',
    `timeZone one: figures(by: WEBHOOK, first: ${first}) { failures } two: figures(by: [WEBHOOK, ERROR_CODE], first: 1) { failures }`,
  );
  expect(errors?.map(({ extensions, path }) => [extensions.code, path?.at(-1)])).toEqual([['BAD_USER_INPUT', 'one']]);
  // the others are answered; nothing is counted here
  expect(data.webhookRequestLogStats).toEqual({ timeZone: 'UTC', one: null, two: [] });
});

test.each(['[]', '[WEBHOOK, WEBHOOK]'])('groups by %s are refused', async (by) => {
  const { data, errors } = await ask('', `timeZone figures(by: ${by}) { failures }`);
  expect(errors?.map(({ extensions }) => [extensions.code, extensions.field?.join()])).toEqual([
    ['BAD_USER_INPUT', 'by'],
  ]);
  expect(data.webhookRequestLogStats).toEqual({ timeZone: 'UTC', figures: null });
});

test('no zone is UTC', async () => {
  const { data } = await ask('timeZone: null', 'timeZone');
  expect(data.webhookRequestLogStats.timeZone).toBe('UTC');
});

test('a count that takes too long is an error, never a number', async () => {
  const source = await createDataSource(app.database.servingUrl, {
    name: 'stats test',
    poolSize: 2,
    statementTimeoutMs: 300,
  }).initialize();
  // a lock on the log makes each statement on it wait
  const holder = await createDataSource(app.database.superuserUrl, { name: 'holder', poolSize: 1 }).initialize();
  const runner = holder.createQueryRunner();
  await runner.startTransaction();
  await runner.query('lock table webhook_request_logs in access exclusive mode');
  try {
    const { data, errors } = await graphql({
      schema: sharedSchema(),
      source: `query ($range: DateTimeRange!) {
        webhookRequestLogStats(range: $range, bucket: MONTH, where: { event: { eq: "on_submit" } }) {
          total { requestCount } figures(by: DIRECTION) { failures latestFailure { id } } } }`,
      variableValues: { range: RANGE },
      contextValue: {
        db: source.manager,
        viewer: { roles: new Set(['AUDITOR']) },
        log: createLog('silent'),
        services: UNMASKED,
        memory: new Map(),
      } as unknown as Context,
    });
    // how far the rows are looked at cannot be read either
    expect(data?.webhookRequestLogStats).toBeUndefined();
    expect(errors?.map(({ originalError }) => knownError(originalError)?.code)).toEqual(['LIMIT_EXCEEDED']);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
    await holder.destroy();
    await source.destroy();
  }
});
