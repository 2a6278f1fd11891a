// A test file finds nothing of those before it in the shared API but what docs/testing.md names.
import { seedRequest } from '../../request-log/pages/seeded-log';
import { shareTestApi, type TestApp } from '../app';
import { mutate } from '../mutate';
import { waitFor } from '../wait-for';

/** What a file does, between the beginning of its use of the API and the end. */
async function inFile(work: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await shareTestApi();
  try {
    await work(app);
  } finally {
    await app.stop();
  }
}

const read = (app: TestApp, operation: string) =>
  app.ask(`query ${operation} { businessEvents { nodes { dataBody { bytes } } } }`);

async function operationsRead({ database }: TestApp): Promise<(string | null)[]> {
  const rows = await database.query<{ operation: string | null }>(
    `select details::jsonb ->> 'operation' as operation from audit_entries where action = 'content.read'`,
  );
  return rows.map(({ operation }) => operation);
}

test('what a file has read and was denied is recorded before the next one begins', async () => {
  await inFile(async (app) => {
    for (const operation of ['One', 'Two', 'Three']) await read(app, operation);
    await app.ask('{ auditEntries { totalCount } }', {}, await app.keyFor('SUPPORT'));
  });
  await inFile(async (app) => {
    await read(app, 'Own');
    // it is recorded after all that was noted before it
    await waitFor('the own reading', async () => (await operationsRead(app)).includes('Own'));
    expect(await operationsRead(app)).toEqual(['Own']);
    expect(await app.database.query('select from audit_windows where denial is not null')).toEqual([]);
  });
});

test('the masking rules of a file do not apply in the next one', async () => {
  const headersFor = async (app: TestApp) => {
    const key = await app.keyFor('AUDITOR');
    const { data } = await app.ask('{ webhookRequestLogs { nodes { headers } } }', {}, key);
    return data.webhookRequestLogs.nodes;
  };
  const seed = (app: TestApp) => seedRequest(app.database, { headers: [['X-Customer', 'ACME']] });
  await inFile(async (app) => {
    await seed(app);
    const rule = { roles: ['AUDITOR'], part: 'HEADERS', path: '$.x-customer', strategy: 'HIDE' };
    expect((await mutate(app, 'createMaskingRule', rule)).userErrors).toEqual([]);
    expect(await headersFor(app)).toEqual([{ headers: { 'x-customer': '***' } }]);
  });
  await inFile(async (app) => {
    await seed(app);
    expect(await headersFor(app)).toEqual([{ headers: { 'x-customer': 'ACME' } }]);
  });
});

describe('at its end, a file', () => {
  const MONTH = `(select name from missing_partitions(24) where parent = 'audit_entries' order by name desc limit 1)`;

  test('may have the partition of a month that has begun meanwhile', async () => {
    let partition = '';
    await inFile(async ({ database }) => {
      [{ partition } = { partition }] = await database.query<{ partition: string }>(`select ${MONTH} as partition`);
      await database.query('select make_partition($1)', [partition]);
    });
    await inFile(async ({ database }) => void (await database.query(`drop table ${partition}`)));
  });

  test.each([
    ['a table', 'create table left_behind (id int)', 'drop table left_behind'],
    ['an index', 'create index left_behind on users (created_at)', 'drop index left_behind'],
    [
      'a trigger on a table of months',
      'create trigger left_behind before insert on payloads for each row execute function refuse_change()',
      'drop trigger left_behind on payloads',
    ],
  ])('fails with %s of its own', async (_what, make, remove) => {
    const leaving = inFile(async ({ database }) => void (await database.query(make)));
    await expect(leaving).rejects.toThrow(/would find these changed: .*left_behind/);
    await inFile(async ({ database }) => void (await database.query(remove)));
  });
});
