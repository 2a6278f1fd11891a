// Filters on bodies while the log is watched: the index does not have what changes now.

import { shareTestApi, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { seedSearched } from '../search/searched-log';
import { openStream } from './event-source';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

const WATCH = `subscription ($where: WebhookRequestLogWhere) {
  webhookRequestLogChanged(where: $where) { webhookRequestLog { referenceDocument } }
}`;

test('a request is shown for what is in its payload and its response, at once and without an index', async () => {
  const where = { data: { contains: { customer: 'ACME' } }, response: { path: { at: '$.code', in: ['E1', 'E2'] } } };
  const stream = await openStream(app.url, { query: WATCH, variables: { where }, key: app.adminKey });
  try {
    await seedSearched(app.database, {
      referenceDocument: 'NOT-1',
      data: { customer: 'ACME' },
      response: { code: 'E3' },
    });
    await seedSearched(app.database, {
      referenceDocument: 'NOT-2',
      data: { customer: 'Other' },
      response: { code: 'E2' },
    });
    await seedSearched(app.database, {
      referenceDocument: 'YES',
      data: { customer: 'ACME' },
      response: { code: 'E2' },
    });
    const [change] = await stream.next(1);
    expect(change.webhookRequestLog).toEqual({ referenceDocument: 'YES' });
  } finally {
    stream.close();
  }
});

test.each<[string, object, string]>([
  ['words cannot be watched for', { search: 'acme' }, 'BAD_USER_INPUT'],
  ['nor within not', { not: { search: 'acme' } }, 'BAD_USER_INPUT'],
])('%s', async (_what, where, code) => {
  const stream = await openStream(app.url, { query: WATCH, variables: { where }, key: app.adminKey });
  await waitFor('the end', () => stream.ended).finally(stream.close);
  expect(stream.events[0]?.data.errors[0].extensions.code).toBe(code);
});

test('who may not read content may not watch by it', async () => {
  const key = await app.keyFor('SUPPORT');
  const where = { data: { contains: { customer: 'ACME' } } };
  const stream = await openStream(app.url, { query: WATCH, variables: { where }, key });
  await waitFor('the end', () => stream.ended).finally(stream.close);
  expect(stream.events[0]?.data.errors[0].extensions.code).toBe('FORBIDDEN');
});
