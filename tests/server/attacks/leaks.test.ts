// What an error, a log line or the request of another caller could reveal.
import 'reflect-metadata';

import { HeaderMap } from '@apollo/server';
import type { DataSource } from 'typeorm';
import { readConfig } from '../../../src/config/config';
import { createDataSource } from '../../../src/database/data-source';
import { READ } from '../../../src/database/pools';
import { createLog } from '../../../src/logging/log';
import { knownError } from '../../../src/server/edge/format-error';
import { createRateLimits } from '../../../src/server/edge/rate-limits';
import { createApollo } from '../../../src/server/graphql/apollo';
import { createExecutor } from '../../../src/server/graphql/executor';
import { createGate } from '../../../src/server/graphql/graphql-gate';
import { createKnownDocuments } from '../../../src/server/graphql/known-documents';
import { trustedDocumentsFor } from '../../../src/server/graphql/trusted-documents';
import { sharedSchema } from '../../../src/server/schema/schema';
import { type TestApp, useTestApp } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { createTestWebhook } from '../../support/webhooks';

const lines: string[] = [];

const app = useTestApp({ PROCESSES: 'api', LOG_LEVEL: 'debug' }, { write: (line) => void lines.push(line) });

test('an error before a request has a context is sent as its code alone', async () => {
  const schema = sharedSchema();
  const log = createLog('silent');
  const config = readConfig({});
  const trusted = trustedDocumentsFor(config, schema, log);
  const gate = createGate(schema, createRateLimits(config.rateLimits), trusted);
  const executor = createExecutor(schema, {
    readPlans: false,
    readingDb: {} as never,
    answering: {} as never,
    onFallback: () => undefined,
    noteAnswer: () => undefined,
    noteOutage: () => undefined,
  });
  const apollo = createApollo(schema, executor, log, gate, createKnownDocuments(gate, executor));
  await apollo.start();
  const { body, status } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: 'POST',
      headers: new HeaderMap([['content-type', 'application/json']]),
      search: '',
      body: { query: '{ viewer { id } }' },
    },
    context: async () => {
      throw new Error('connect ECONNREFUSED postgres://hookledger:hunter2@10.0.0.5/ledger');
    },
  });
  await apollo.stop();
  const text = body.kind === 'complete' ? body.string : '';
  expect([status, JSON.parse(text)]).toEqual([
    500,
    { errors: [{ message: 'An internal error occurred.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
  ]);
});

describe('a statement that takes too long', () => {
  let source: DataSource;

  beforeAll(async () => {
    source = await createDataSource(app.database.servingUrl, { name: 'test', statementTimeoutMs: 50 }).initialize();
  });
  afterAll(() => source.destroy());

  test('is stopped, and the message says what to do without quoting the statement', async () => {
    const error = await source.query('select pg_sleep(5)').catch((fault: unknown) => fault);
    expect(knownError(error)).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: 'The request took too long and was stopped. Request less, or narrow the filter.',
    });
  });

  test('is stopped for all readers, and no transaction stays open', async () => {
    const reading = await createDataSource(app.database.servingUrl, READ).initialize();
    const [row] = await reading.query(`
      select current_setting('statement_timeout') as statement,
        current_setting('idle_in_transaction_session_timeout') as transaction`);
    await reading.destroy();
    expect(row).toEqual({ statement: '10s', transaction: '5s' });
  });
});

test('two callers who ask the same at the same moment each get their own answer', async () => {
  const [auditor, support] = [await app.keyFor('AUDITOR'), await app.keyFor('SUPPORT')];
  await createTestWebhook(app, 'https://partner.example/hook', { name: 'Shared' });
  const query = '{ viewer { name } webhooks { nodes { name url body headers { name } owner { name } } } }';
  const alone = [await app.ask(query, undefined, auditor), await app.ask(query, undefined, support)];
  expect(alone[0]?.data.webhooks.nodes).toMatchObject([{ name: 'Shared' }]);
  const together = await Promise.all(
    Array.from({ length: 40 }, (_, i) => app.ask(query, undefined, i % 2 === 0 ? auditor : support)),
  );
  const contentOf = ({ data, errors }: Awaited<ReturnType<TestApp['ask']>>) => ({
    data,
    codes: errors?.map(({ extensions, path }) => [extensions.code, path]),
  });
  for (const [i, answer] of together.entries()) {
    expect(contentOf(answer)).toEqual(contentOf(alone[i % 2] as (typeof alone)[0]));
  }
  expect(contentOf(alone[0] as (typeof alone)[0])).not.toEqual(contentOf(alone[1] as (typeof alone)[0]));
});

test('what a caller writes stands in one line of the log, and cannot be one', async () => {
  const name = `A_${'x'.repeat(200)}`;
  await app.ask(`query ${name} { viewer { id } }`);
  const id = 'trace-1';
  const forged = '\n{"level":50,"msg":"the administrator has logged in"}\n';
  const headers = { 'content-type': 'application/json', 'x-request-id': id, authorization: `Bearer ${app.adminKey}` };
  const bodies = [
    { query: '{ viewer { id } }', operationName: forged },
    { query: `query A { viewer { id } }`, operationName: forged },
    { query: forged },
    { query: '{ node(id: "x") { id } }', variables: { [forged]: forged } },
  ];
  for (const body of bodies) await sendRaw(`${app.url}/graphql`, { headers, body: JSON.stringify(body) });
  await sendRaw(`${app.url}/graphql?${encodeURIComponent(forged)}`, { method: 'GET', headers });
  await sendRaw(`${app.url}/${encodeURIComponent(forged)}`, { method: 'GET', headers });
  const read = lines
    .flatMap((chunk) => chunk.split('\n'))
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect(read.length).toBeGreaterThan(5);
  expect(read.filter(({ msg }) => /logged in/.test(msg))).toEqual([]);
  expect(lines.join('')).not.toContain(app.adminKey);
});
