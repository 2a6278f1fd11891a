// Ten thousand rows in the log, and bodies and names that are as bad as they may be.
import type { Browser } from 'playwright-core';
import { MAX_ROWS } from '../../dashboard/src/log/log-rows';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { type Language, visitAs } from './dashboard';

const NAMES = ['INV/00%42', 'فاتورة-٢٠٢٦/0042', 'INV-\u202Efdp.exe', '<img src=x onerror=alert(1)>'];
const MANY = {
  name: 'INV-LARGE',
  text: 'x'.repeat(200),
  lines: Array.from({ length: 2_400 }, (_, n) => `${n}-${'y'.repeat(90)}`),
};

let app: TestApp;
let partner: Receiver;
let browser: Browser;
let address: string;

beforeAll(async () => {
  [app, partner, browser] = await Promise.all([startTestApp(), startReceiver(), startBrowser()]);
  await createTestWebhook(app, partner.url);
  ({ address } = await mutate(
    app,
    'createWebhook',
    { name: 'In', direction: 'INCOMING', provider: 'NONE' },
    'address',
  ));
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await app.stop();
});

test.each<Language>(['en', 'ar'])(
  'documents of any name are found, shown and linked as they are named (%s)',
  async (language) => {
    const prefix = language === 'en' ? '' : 'ع ';
    await publish(
      app,
      NAMES.map((name) => invoice(`${prefix}${name}`)),
    );
    const { page } = await visitAs(browser, app.adminKey, `${app.url}/log`, { language });
    for (const name of NAMES) {
      // characters that turn the line around are marks in rows and headings
      await page.goto(
        `${app.url}/document?${new URLSearchParams({ type: 'Sales Invoice', name: `${prefix}${name}` })}`,
      );
      await page.locator('.verdicts li').first().waitFor();
      await page.locator('.timeline a[href^="/log/"]').first().click();
      await page.waitForURL(/\/log\/req_/);
      await page.locator('dd a[href^="/document"]').first().click();
      await page.locator('.verdicts li').first().waitFor();
      expect(new URL(page.url()).searchParams.get('name')).toBe(`${prefix}${name}`);
      expect(await page.locator('h1').textContent()).not.toContain('\u202E');
    }
    expect(await page.locator('img').count()).toBe(0);
  },
);

test('1 MiB that was received, 256 KiB that were sent, and bytes that are no text are shown in parts, and downloaded whole', async () => {
  const large = Buffer.from(JSON.stringify({ id: 'evt', text: 'z'.repeat(2 ** 20 - 200) }));
  const binary = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x3c, 0x62, 0x3e]);
  const send = (body: Buffer<ArrayBuffer>, type: string) =>
    fetch(address, { method: 'POST', body, headers: { 'content-type': type } });
  expect((await send(large, 'application/json')).status).toBe(200);
  expect((await send(binary, 'application/octet-stream')).status).toBe(200);
  await publish(app, [invoice('INV-LARGE', { data: MANY })]);
  const find = async (where: string, count: number): Promise<string[]> =>
    waitFor(where, async () => {
      const { data } = await app.ask(
        `{ webhookRequestLogs(first: 9, where: ${where}, orderBy: { field: STARTED_AT, direction: ASC }) { nodes { id finishedAt } } }`,
      );
      const nodes: { id: string; finishedAt: string | null }[] = data.webhookRequestLogs.nodes;
      return nodes.length === count && nodes.every(({ finishedAt }) => finishedAt) && nodes.map(({ id }) => id);
    });
  const [largeId, binaryId] = await find('{ direction: { eq: INCOMING } }', 2);
  const [sentId] = await find('{ direction: { eq: OUTGOING }, referenceDocument: { eq: "INV-LARGE" } }', 1);

  const { page } = await visitAs(browser, app.adminKey, app.url);
  const open = async (id: string | undefined) => {
    await page.goto(`${app.url}/log/${id}`);
    await page.getByRole('button', { name: 'Open the content' }).click();
    const region = page.getByRole('region', { name: `${id}-request` });
    await region.locator('.body-line').first().waitFor();
    expect(await region.locator('.body-line').count()).toBeLessThan(120);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the bytes' }).first().click();
    const chunks: Buffer[] = [];
    for await (const chunk of await (await downloading).createReadStream()) chunks.push(chunk);
    return { region, bytes: Buffer.concat(chunks) };
  };
  expect((await open(largeId)).bytes.equals(large)).toBe(true);
  const sent = await open(sentId);
  expect(sent.bytes.equals(partner.calls.find(({ body }) => body.includes('INV-LARGE'))?.body ?? Buffer.of())).toBe(
    true,
  );
  const { region, bytes } = await open(binaryId);
  expect(bytes.equals(binary)).toBe(true);
  await page.getByText('The bytes are no UTF-8 text.').waitFor();
  expect(await region.textContent()).toContain('ff fe 00 80');
});

test('of ten thousand rows that were read, at most 60 are in the document, each once and in their order', async () => {
  await app.database.query(
    `insert into webhook_request_logs (id, direction, status, document_type, event, reference_document, attempt_number, duplicate,
       method, url, started_at, finished_at, duration_ms, response_status)
     select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
       'OUTGOING', 'SUCCEEDED', 'Many', 'on_submit', 'MANY-' || n, 1, false, 'POST', 'https://partner.example/', at, at, 5, 200
     from (select n, date_trunc('milliseconds', now()) - n * interval '1 millisecond' as at
       from generate_series(1, $1::int) as n) as made`,
    [MAX_ROWS],
  );
  const { page } = await visitAs(browser, app.adminKey, `${app.url}/log?type=Many`);
  const grid = page.getByRole('grid');
  await grid.getByRole('row', { name: 'MANY-1 ' }).first().waitFor();
  await grid.focus();
  let most = 0;
  const seen = new Map<number, string>();
  const read = async () => {
    const rows = await grid
      .locator('a[role=row]')
      .evaluateAll((all) =>
        all.map((row) => [Number(row.getAttribute('aria-rowindex')), row.children[4]?.textContent ?? ''] as const),
      );
    most = Math.max(most, rows.length);
    for (const [index, name] of rows) seen.set(index, name);
  };
  while ((await grid.getAttribute('aria-rowcount')) !== String(MAX_ROWS + 1)) {
    await page.keyboard.press('End');
    await read();
  }
  await page.keyboard.press('End');
  await grid.getByRole('row', { name: `MANY-${MAX_ROWS} ` }).waitFor();
  for (let n = 0; n < 20; n += 1) {
    await page.keyboard.press('PageUp');
    await read();
  }
  expect(most).toBeLessThanOrEqual(60);
  expect([...seen].filter(([index, name]) => name !== `MANY-${index - 1}`)).toEqual([]);
});
