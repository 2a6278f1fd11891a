import { useTestApi } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { seedRequest } from '../pages/seeded-log';
import { fetchExport, linesOf, requestExport } from './exports';

const app = useTestApi();

describe('exportWebhookRequestLogs', () => {
  test('keeps out what came later, and what was on the wire shows what became of it', async () => {
    const documentType = 'Later';
    const pending = await seedRequest(app.database, { documentType, status: 'PENDING' });
    const id = await requestExport(app, { where: { documentType: { eq: documentType } } });
    await seedRequest(app.database, { documentType, at: Date.now() + 5 });
    await app.database.query(
      `update webhook_request_logs set status = 'FAILED', finished_at = now() where document_type = $1 and finished_at is null`,
      [documentType],
    );
    const lines = linesOf((await fetchExport(app, id)).text);
    expect(lines).toEqual([expect.objectContaining({ id: pending, status: 'FAILED' })]);
  });

  test('returns the export with its filter as it was given', async () => {
    const where = { startedAt: { gte: '2026-03-01T00:00:00.000Z' }, not: { data: { contains: { $dateTime: 'x' } } } };
    const fields = `export { id url format includeContent byteOrderMark where downloads rowsSent completedAt createdAt
      expiresAt orderedBy { name } }`;
    const { export: made } = await mutate(app, 'exportWebhookRequestLogs', { where, format: 'CSV' }, fields);
    expect(made).toMatchObject({
      url: `/exports/${made.id}`,
      format: 'CSV',
      includeContent: false,
      byteOrderMark: false,
      where,
      downloads: 0,
      rowsSent: 0,
      completedAt: null,
    });
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(24 * 3600_000);
    expect((await fetchExport(app, made.id)).status).toBe(200);
    const listed = await app.ask('{ exports(first: 1) { nodes { id } } }');
    expect(listed.data.exports.nodes).toEqual([{ id: made.id }]);
    const found = await app.ask(
      `{ node(id: "${made.id}") { id ... on Export { format } } export(id: "${made.id}") { id } }`,
    );
    expect(found.data).toEqual({ node: { id: made.id, format: 'CSV' }, export: { id: made.id } });
  });

  test('is in the audit trail with each download, also one that did not reach its end', async () => {
    const documentType = 'Audited';
    await seedRequest(app.database, { documentType });
    const after = await seedRequest(app.database, { documentType });
    const id = await requestExport(app, { where: { documentType: { eq: documentType } } });
    const act = (of: string, details: object) => ({ action: `export.${of}`, details });
    const entriesOf = (count: number) =>
      waitFor('the entries', async () => {
        const rows = await app.database.query<{ action: string; details: string; criteria: string | null }>(
          `select action, details, criteria from audit_entries where subject_type = 'Export'
             and replace(subject_id::text, '-', '') = $1 order by id`,
          [id.slice(4)],
        );
        return rows.length === count && rows;
      });
    const whole = await fetchExport(app, id);
    const bytes = Buffer.byteLength(whole.text);
    // the end of a download is written after it
    await entriesOf(3);
    await fetchExport(app, id, { search: `?after=${after}` });
    const entries = await entriesOf(5);
    expect(entries.map(({ action, details }) => ({ action, details: JSON.parse(details) }))).toEqual([
      act('ordered', { format: 'NDJSON', includeContent: false }),
      act('download_begun', { continuesAfter: null }),
      act('download_ended', { rows: 2, bytes, complete: true }),
      act('download_begun', { continuesAfter: after }),
      act('download_ended', { rows: 0, bytes: 0, complete: true }),
    ]);
    expect(JSON.parse(entries[0]?.criteria ?? '')).toEqual({ where: { documentType: { eq: documentType } } });
    const answer = await app.ask(`{ export(id: "${id}") { downloads rowsSent bytesSent completedAt } }`);
    expect(answer.data.export).toEqual({
      downloads: 2,
      rowsSent: 2,
      bytesSent: bytes,
      completedAt: expect.any(String),
    });
  });

  const refused: [string, unknown, string[]][] = [
    ['null', null, ['where']],
    ['{}', {}, ['where']],
    ['an empty list', { status: { in: [] } }, ['where', 'status', 'in']],
    ['an id of another type', { webhook: { id: { eq: 'usr_1' } } }, ['where', 'webhook', 'id', 'eq']],
    ['NUL', { event: { eq: 'a\u0000' } }, ['where', 'event', 'eq']],
    ['too deep', { not: { not: { not: { not: { test: { eq: true } } } } } }, ['where', 'not', 'not', 'not', 'not']],
    ['a search for nothing', { search: ' ' }, ['where', 'search']],
  ];

  test.each(refused)('is refused with the place of the fault where its filter is %s', async (_title, where, field) => {
    const answer = await mutate(app, 'exportWebhookRequestLogs', { where }, 'export { id }');
    expect(answer).toEqual({
      export: null,
      userErrors: [{ field, code: 'INVALID', message: expect.stringContaining(field.join('.')) }],
    });
  });

  test('may find more linked rows than a list takes', async () => {
    const documentType = 'Many webhooks';
    await app.database.query(
      `insert into webhooks (id, name, direction, status, events, timeout_ms, owner_id, created_at, updated_at)
       select new_id(), 'one of many', 'OUTGOING', 'ARCHIVED', '{}', 1000, (select id from users limit 1), now(), now()
       from generate_series(1, 1100)`,
    );
    const [webhook] = await app.database.query<{ id: string }>(
      `select id from webhooks where name = 'one of many' limit 1`,
    );
    const id = await seedRequest(app.database, { documentType, webhookId: webhook?.id });
    await seedRequest(app.database, { documentType });
    const where = { documentType: { eq: documentType }, webhook: { name: { eq: 'one of many' } } };
    expect(linesOf((await fetchExport(app, await requestExport(app, { where }))).text)).toEqual([
      expect.objectContaining({ id, webhookName: 'one of many' }),
    ]);
  });

  test('takes a filter of a thousand parts', async () => {
    const or = Array.from({ length: 90 }, (_, n) => ({
      referenceDocument: { in: Array.from({ length: 90 }, (__, m) => `INV-${n}-${m}`) },
      webhook: { owner: { name: { eq: `nobody-${n}` } } },
    }));
    const answer = await askMutation(app, 'exportWebhookRequestLogs', { where: { or } }, 'export { id }');
    const id = answer.data.exportWebhookRequestLogs.export.id;
    expect(await fetchExport(app, id)).toMatchObject({ status: 200, text: '' });
  });
});
