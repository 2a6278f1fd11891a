// exportEvidence chooses requests by a filter.
import { filteredRows } from '../../src/evidence/exporting/filtered-rows.store';
import { newestHead } from '../../src/evidence/head.store';
import { seal } from '../../src/evidence/seal';
import { everything } from '../../src/sql/condition';
import { toNodeId } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { verify } from './sealing';
import { openStore, type Store } from './stored-tree';

const REASON = 'The yearly audit of 2026';
const INSERT = `insert into webhook_request_logs (id, direction, status, document_type, attempt_number, duplicate, method,
    url, started_at, finished_at)
  select new_id(), 'OUTGOING', case when n % 2 = 0 then 'FAILED' else 'SUCCEEDED' end, $1::text, 1, false, 'POST',
    'https://example.com/' || n, t.at, t.at
  from generate_series(1, $2::int) as n, (select date_trunc('milliseconds', clock_timestamp()) as at) as t returning id`;
const EXPORT = `mutation ($input: ExportEvidenceInput!) {
  exportEvidence(input: $input) { bundle { text sha256 rowCount notSealedCount } userErrors { field code message } }
}`;

const app = useTestApi();
let store: Store;
let invoices: string[];

beforeAll(async () => {
  store = await openStore(app.database);
  invoices = await inserted('Sales Invoice', 7);
  await inserted('Stock Entry', 3);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  await inserted('Sales Invoice', 2);
  await inserted('Waiting', 2);
});
afterAll(() => store.source.destroy());

async function inserted(documentType: string, count: number): Promise<string[]> {
  const rows = await app.database.query<{ id: string }>(INSERT, [documentType, count]);
  return rows.map(({ id }) => id).sort();
}

async function exported(rows: object, key?: string, disclose: string[] = []) {
  const { data, errors } = await app.ask(EXPORT, { input: { rows, disclose, reason: REASON } }, key);
  return { ...data?.exportEvidence, code: errors?.[0]?.extensions.code };
}

const ofType = (documentType: string) => ({ documentType: { eq: documentType } });

test('a filter exports the sealed requests that meet it, oldest first, and counts those that are not sealed', async () => {
  const { bundle } = await exported({ where: ofType('Sales Invoice') }, undefined, ['URL']);
  expect(bundle).toMatchObject({ rowCount: 7, notSealedCount: 2 });
  const vkey = JSON.parse(bundle.text).vkeys[0];
  const { code, output } = await verify(bundle.text, ['--key', vkey, '--json']);
  expect(code).toBe(0);
  const records = JSON.parse(output).rows.map(({ record }: { record: { id: string } }) => record.id);
  expect(records).toEqual(invoices);
});

test('each kind of filter chooses the same requests as the list does', async () => {
  const filters = [
    { status: { eq: 'FAILED' }, ...ofType('Sales Invoice') },
    { not: { status: { eq: 'SUCCEEDED' } }, documentType: { in: ['Sales Invoice', 'Stock Entry'] } },
    { id: { in: invoices.slice(2, 4).map((id) => toNodeId('WebhookRequestLog', id)) } },
    { url: { startsWith: 'https://example.com/3' } },
    { startedAt: { gte: new Date(Date.now() - 3600_000).toISOString() } },
  ];
  for (const where of filters) {
    const list = await app.ask(
      'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(first: 100, where: $where) { totalCount } }',
      { where },
    );
    const { bundle } = await exported({ where });
    expect({ where, count: bundle.rowCount + bundle.notSealedCount }).toEqual({
      where,
      count: list.data.webhookRequestLogs.totalCount,
    });
    expect(bundle.rowCount).toBeGreaterThan(0);
  }
});

test('the audit trail has the filter of an export', async () => {
  const not = { referenceDocument: { eq: 'INV-0042' } };
  const where = { ...ofType('Sales Invoice'), not, startedAt: { gte: '2026-01-01T00:00:00.000Z' } };
  const { bundle } = await exported({ where });
  const [entry] = await app.database.query<{ details: string; criteria: string }>(
    `select details, criteria from audit_entries where action = 'evidence.exported' order by id desc limit 1`,
  );
  expect(JSON.parse(entry?.details ?? '')).toEqual({
    notSealed: 2,
    rows: 7,
    disclosed: [],
    sha256: bundle.sha256,
  });
  expect(JSON.parse(entry?.criteria ?? '')).toEqual({ documents: ['INV-0042'], where });
});

const REFUSED = [
  { what: 'no id', rows: { ids: [] }, field: 'ids', code: 'REQUIRED' },
  { what: 'an empty filter', rows: { where: {} }, field: 'where', code: 'INVALID' },
  {
    what: 'a filter of a null',
    rows: { where: { documentType: null } },
    field: 'where.documentType',
    code: 'INVALID',
  },
  { what: 'a foreign id', rows: { where: { id: { eq: 'whk_x' } } }, field: 'where.id.eq', code: 'INVALID' },
  { what: 'a filter that no request meets', rows: { where: ofType('None') }, field: 'where', code: 'NOT_FOUND' },
  { what: 'requests that are not sealed', rows: { where: ofType('Waiting') }, field: 'where', code: 'INVALID' },
];

test.each(REFUSED)('$what is refused', async ({ rows, field, code }) => {
  const { bundle, userErrors } = await exported(rows);
  expect(bundle).toBeNull();
  const faults = userErrors.map((each: { field: string[]; code: string }) => [each.field.join('.'), each.code]);
  expect(faults).toContainEqual([`rows.${field}`, code]);
});

test('more requests than a bundle may have are refused, with the limit and what to do', async () => {
  const db = store.source.manager;
  const head = await newestHead(db);
  await expect(filteredRows(db, everything, head, 13)).rejects.toMatchObject({
    errors: [
      {
        field: ['where'],
        code: 'TOO_LARGE',
        message:
          'More than 13 requests meet the filter, and a bundle has at most 13: narrow it, as with startedAt, and export in parts.',
      },
    ],
  });
  const { rows, notSealed } = await filteredRows(db, everything, head, 14);
  expect([rows.length, notSealed]).toEqual([10, 4]);
});

test('only an auditor and a system manager export, whatever the filter', async () => {
  for (const role of ['SUPPORT', 'INTEGRATION_MANAGER', 'PUBLISHER'] as const) {
    const key = await app.keyFor(role);
    for (const where of [ofType('Sales Invoice'), { url: { contains: 'example' } }]) {
      expect(await exported({ where }, key)).toEqual({ code: 'FORBIDDEN' });
    }
  }
  const both = await app.keyFor('SUPPORT', 'AUDITOR');
  const where = { ...ofType('Sales Invoice'), url: { contains: 'example' } };
  expect((await exported({ where }, both)).bundle.rowCount).toBe(7);
});
