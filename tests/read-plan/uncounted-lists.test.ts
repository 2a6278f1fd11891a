// A list costs no count that its query does not select, at the root and below rows, read in one statement or field by field.
import { graphql } from 'graphql';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { sharedSchema } from '../../src/server/schema/schema';
import { useTestApi } from '../support/app';
import { contextOf, readInOne } from '../support/read-in-one';
import { statementsSentBy } from '../support/sent-statements';
import { createTestWebhook } from '../support/webhooks';

const app = useTestApi();
let source: DataSource;
let sent: string[];

beforeAll(async () => {
  await createTestWebhook(app, 'http://127.0.0.1:9/');
  source = await createDataSource(app.database.servingUrl, { name: 'test', poolSize: 1 }).initialize();
  sent = statementsSentBy(source);
});
afterAll(() => source.destroy());

const WAYS: [string, (query: string) => Promise<unknown>][] = [
  ['in one statement', (query) => readInOne(source, query)],
  ['field by field', (query) => graphql({ schema: sharedSchema(), source: query, contextValue: contextOf(source) })],
];

const LISTS: [string, (selection: string) => string][] = [
  ['requests', (selection) => `{ webhookRequestLogs(where: { responseStatus: { gte: 500 } }) { ${selection} } }`],
  ['deliveries by status', (selection) => `{ deliveries(where: { status: { eq: EXHAUSTED } }) { ${selection} } }`],
  ['events', (selection) => `{ businessEvents { ${selection} } }`],
  ['requests of webhooks', (selection) => `{ webhooks { nodes { requests { ${selection} } } } }`],
];

/** Those that count. */
async function statementsFor(read: (query: string) => Promise<unknown>, query: string): Promise<string[]> {
  sent.length = 0;
  expect(JSON.stringify(await read(query))).not.toContain('"errors"');
  return sent.filter((text) => text.includes(' as is_exact'));
}

describe.each(LISTS)('a list of %s', (_list, queryFor) => {
  test.each(WAYS)('%s', async (_way, read) => {
    const page = 'nodes { id } pageInfo { hasNextPage endCursor }';
    expect(await statementsFor(read, queryFor(page))).toEqual([]);
    expect(sent.length).toBeGreaterThan(0);
    expect(await statementsFor(read, queryFor('totalCount'))).toHaveLength(1);
  });
});
