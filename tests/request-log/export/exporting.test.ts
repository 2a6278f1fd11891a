import { startTestApp, type TestApp } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { seedManyAt, seedRequest } from '../pages/seeded-log';
import { cellsOf, fetchExport, linesOf, requestExport } from './exports';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const START = Date.now() - 3600_000;

const FIELDS = `id direction status documentType event referenceDocument attemptNumber duplicate test method url startedAt
  finishedAt durationMs responseStatus error errorCode remoteAddress webhook { id name } user { id name }
  businessEvent { id } delivery { id } replay { id }`;

/** What the API says of a request, in the columns of an export. */
// biome-ignore lint/suspicious/noExplicitAny: as it comes
function asColumns({ webhook, user, businessEvent, delivery, replay, ...own }: any): Record<string, unknown> {
  return {
    ...own,
    webhookId: webhook?.id ?? null,
    webhookName: webhook?.name ?? null,
    userId: user?.id ?? null,
    userName: user?.name ?? null,
    businessEventId: businessEvent?.id ?? null,
    deliveryId: delivery?.id ?? null,
    replayId: replay?.id ?? null,
  };
}

async function listOldestFirst(where: object, selection = FIELDS): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (let after: string | null = null; ; ) {
    const answer = await app.ask(
      `query ($where: WebhookRequestLogWhere, $after: String) {
        webhookRequestLogs(where: $where, after: $after, first: 70, orderBy: { field: STARTED_AT, direction: ASC }) {
          nodes { ${selection} } pageInfo { hasNextPage endCursor } } }`,
      { where, after },
    );
    const { nodes, pageInfo } = answer.data.webhookRequestLogs;
    found.push(...nodes);
    if (!pageInfo.hasNextPage) return found;
    after = pageInfo.endCursor;
  }
}

describe('a log of all kinds of requests', () => {
  const documentType = 'Exported "type"; with, all\nof it ✓ فاتورة';

  beforeAll(async () => {
    const { id } = await createTestWebhook(app, 'https://partner.example/', { documentType: 'Nothing', name: '=1+1' });
    const [webhook] = await app.database.query<{ id: string; owner_id: string }>('select id, owner_id from webhooks');
    expect(id).toBeDefined();
    const statuses = ['SUCCEEDED', 'FAILED', 'PENDING', 'UNKNOWN', 'REFUSED'];
    for (let n = 0; n < 180; n += 1) {
      await seedRequest(app.database, {
        at: START + Math.floor(n / 3),
        documentType,
        referenceDocument: `INV-${n}`,
        status: statuses[n % 5],
        responseStatus: n % 4 === 0 ? null : 200 + n,
        webhookId: n % 2 ? webhook?.id : null,
        userId: n % 3 ? webhook?.owner_id : null,
        direction: n % 7 ? 'OUTGOING' : 'INCOMING',
      });
    }
  });

  const wheres: [string, object][] = [
    ['everything of it', {}],
    ['what failed', { status: { in: ['FAILED', 'UNKNOWN'] } }],
    ['what is on the wire', { status: { eq: 'PENDING' } }],
    ['through links', { webhook: { owner: { name: { startsWith: 'A' } } }, user: { name: { startsWith: 'A' } } }],
    ['through a webhook', { webhook: { name: { startsWith: '=' } } }],
    ['a stretch of time', { startedAt: { gte: new Date(START + 10), lt: new Date(START + 20) } }],
    ['and, or, not', { or: [{ responseStatus: { gte: 300 } }, { not: { direction: { eq: 'OUTGOING' } } }] }],
    ['nothing', { referenceDocument: { eq: 'none' } }],
  ];

  test.each(wheres)('is exported as it is listed, page by page: %s', async (_title, more) => {
    const where = { documentType: { eq: documentType }, ...more };
    const listed = (await listOldestFirst(where)).map(asColumns);
    const answer = await fetchExport(app, await requestExport(app, { where }));
    expect(answer.status).toBe(200);
    expect(linesOf(answer.text)).toEqual(listed);
    if (_title !== 'nothing') expect(listed.length).toBeGreaterThan(0);
  });

  test('is the same in CSV, but for apostrophes before formulas', async () => {
    const where = { documentType: { eq: documentType } };
    const lines = linesOf((await fetchExport(app, await requestExport(app, { where }))).text);
    const answer = await fetchExport(app, await requestExport(app, { where, format: 'CSV' }));
    const [header, ...rows] = cellsOf(answer.text);
    expect(header).toEqual(Object.keys(lines[0] ?? {}));
    const expected = lines.map((line) =>
      Object.values(line).map((value) => (value === '=1+1' ? "'=1+1" : String(value ?? ''))),
    );
    expect(rows).toEqual(expected);
  });

  test('begins with U+FEFF where that is asked for, once', async () => {
    const where = { documentType: { eq: documentType } };
    const id = await requestExport(app, { where, format: 'CSV', byteOrderMark: true });
    const { text } = await fetchExport(app, id);
    expect([...text].filter((letter) => letter === '\ufeff')).toHaveLength(1);
    expect(text.startsWith('\ufeffid,')).toBe(true);
  });

  test.each(['NDJSON', 'CSV'])('goes on behind any line, and together that is the whole: %s', async (format) => {
    const id = await requestExport(app, { where: { documentType: { eq: documentType } }, format });
    const whole = (await fetchExport(app, id)).text;
    const ids = [...whole.matchAll(/\breq_[0-9a-f]{32}\b/g)].map(([found]) => found);
    expect(ids).toHaveLength(180);
    for (const after of [ids[0], ids[1], ids[90], ids[178], ids[179]]) {
      const answer = await fetchExport(app, id, { search: `?after=${after}` });
      const next = ids[ids.indexOf(after as string) + 1];
      const at = next ? whole.indexOf(format === 'CSV' ? next : `{"id":"${next}"`) : whole.length;
      expect(whole.slice(0, at) + answer.text).toBe(whole);
      expect(answer.status).toBe(200);
    }
  });
});

test('what was exchanged with a partner is exported as the API shows it', async () => {
  const partner = await startReceiver();
  partner.answerWith(() => ({
    status: 422,
    headers: { 'x-why': 'a, "b"' },
    body: '{"ok": false,\n "n": 12345678901234567890.10}',
  }));
  await createTestWebhook(app, partner.url, {
    documentType: 'With content',
    headers: [{ name: 'X-Tenant', value: 'ü' }],
  });
  await publish(app, [invoice('INV-1', { documentType: 'With content' })]);
  const where = { documentType: { eq: 'With content' } };
  await waitFor('the answer', async () => (await listOldestFirst(where)).some(({ status }) => status === 'FAILED'));
  const [listed] = await listOldestFirst(where, `${FIELDS} headers data response responseHeaders dataBody { text }`);
  const { dataBody, ...shown } = listed as { dataBody: { text: string } };
  const { text } = await fetchExport(app, await requestExport(app, { where, includeContent: true }));
  const [line] = linesOf(text);
  expect(line).toEqual({
    ...asColumns(shown),
    dataEncoding: 'json',
    responseEncoding: 'json',
    responseTruncated: false,
  });
  // as it was written, and not as JavaScript would write it
  expect(text).toContain(`"data":${dataBody.text},`);
  expect(text).toContain('"response":{"ok": false,  "n": 12345678901234567890.10},');
  const csv = await fetchExport(app, await requestExport(app, { where, includeContent: true, format: 'CSV' }));
  const [header, row] = cellsOf(csv.text);
  const cells = Object.fromEntries((header ?? []).map((name, index) => [name, row?.[index]]));
  expect(Object.keys(cells)).toEqual(Object.keys(line ?? {}));
  expect(cells.data).toBe(dataBody.text);
  expect(JSON.parse(cells.responseHeaders ?? '')).toEqual(line?.responseHeaders);
  expect(cells.response).toBe('{"ok": false,\n "n": 12345678901234567890.10}');
  await partner.stop();
});

describe('the order', () => {
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

  test('tells what was ordered, and its filter as it was given', async () => {
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

  test('is in the audit trail with what was taken away, also what was not taken to its end', async () => {
    const documentType = 'Audited';
    await seedRequest(app.database, { documentType });
    const after = await seedRequest(app.database, { documentType });
    const id = await requestExport(app, { where: { documentType: { eq: documentType } } });
    const whole = await fetchExport(app, id);
    await fetchExport(app, id, { search: `?after=${after}` });
    const act = (of: string, details: object) => ({ action: `export.${of}`, details });
    const bytes = Buffer.byteLength(whole.text);
    const entries = await waitFor('the entries', async () => {
      const rows = await app.database.query<{ action: string; details: string }>(
        `select action, details from audit_entries where subject_type = 'Export'
           and replace(subject_id::text, '-', '') = $1 order by id`,
        [id.slice(4)],
      );
      return rows.length === 5 && rows;
    });
    expect(entries.map(({ action, details }) => ({ action, details: JSON.parse(details) }))).toEqual([
      act('ordered', { where: { documentType: { eq: documentType } }, format: 'NDJSON', includeContent: false }),
      act('download_begun', { after: null }),
      act('download_ended', { rows: 2, bytes, complete: true }),
      act('download_begun', { after }),
      act('download_ended', { rows: 0, bytes: 0, complete: true }),
    ]);
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

test('a search finds what it finds in the list', async () => {
  const referenceDocument = 'SEARCHED-77';
  const id = await seedRequest(app.database, { referenceDocument });
  const where = { search: 'searched-77' };
  await waitFor('the index', async () => (await listOldestFirst(where)).length === 1);
  expect(linesOf((await fetchExport(app, await requestExport(app, { where }))).text)).toEqual([
    expect.objectContaining({ id }),
  ]);
});

test('an empty file of CSV has a header, and only at its beginning', async () => {
  const id = await requestExport(app, { where: { event: { eq: 'none' } }, format: 'CSV' });
  expect((await fetchExport(app, id)).text).toMatch(/^id,webhookId,[A-Za-z,]+,remoteAddress\r\n$/);
  const last = await seedRequest(app.database, {});
  expect((await fetchExport(app, id, { search: `?after=${last}` })).text).toBe('');
});

test('more rows than one statement reads are all there, once, in order', async () => {
  await seedManyAt(app.database, START - 1, 45_000, 'MANY');
  const { text } = await fetchExport(app, await requestExport(app, { where: { referenceDocument: { eq: 'MANY' } } }));
  const ids = linesOf(text).map(({ id }) => id);
  expect(ids).toHaveLength(45_000);
  expect(new Set(ids).size).toBe(45_000);
  expect(ids).toEqual([...ids].sort());
});
