import { useTestApp } from '../../support/app';
import { startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { seedManyAt, seedRequest } from '../pages/seeded-log';
import { cellsOf, fetchExport, linesOf, requestExport } from './exports';
import { asColumns, FIELDS, listExported } from './listed-requests';

const app = useTestApp();

const START = Date.now() - 3600_000;

const listOldestFirst = (where: object, selection?: string) => listExported(app, where, selection);

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
  await seedManyAt(app.database, START - 1, 21_000, 'MANY');
  const { text } = await fetchExport(app, await requestExport(app, { where: { referenceDocument: { eq: 'MANY' } } }));
  const ids = linesOf(text).map(({ id }) => id);
  expect(ids).toHaveLength(21_000);
  expect(new Set(ids).size).toBe(21_000);
  expect(ids).toEqual([...ids].sort());
});
