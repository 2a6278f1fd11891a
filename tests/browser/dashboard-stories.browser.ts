// What support asks the dashboard: who got a document, and what exactly was exchanged.
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { isFilled, type Language, visitAs } from './dashboard';

const HOSTILE = "<script>document.title = 'taken'</script>";
const DIGITS = '12345678901234567890';

let app: TestApp;
let partner: Receiver;
let browser: Browser;
let key: string;

beforeAll(async () => {
  [app, partner, browser] = await Promise.all([startTestApp(), startReceiver(), startBrowser()]);
  const at = (path: string) => new URL(path, partner.url).href;
  const body = `{ "note": ${JSON.stringify(`${HOSTILE} \u202Egnp.exe`)}, "total": ${DIGITS} }`;
  partner.answerWith(({ path }) => ({ status: path === '/bad' ? 500 : 200, body }));
  await createTestWebhook(app, at('/good'), { name: 'Fjord Supply' });
  await createTestWebhook(app, at('/bad'), { name: 'Atlas Steel', retrySchedule: [0] });
  await createTestWebhook(app, at('/never'), { name: 'Dar Al Nour', condition: 'false' });
  key = await app.keyFor('SUPPORT');
  await publish(app, [invoice('INV-0042')]);
  await publish(app, [invoice('INV-HOSTILE')]);
  await waitFor('all deliveries to have ended', async () => {
    const { data } = await app.ask('{ deliveries(first: 20) { nodes { status } } }');
    const ended = ['DELIVERED', 'EXHAUSTED', 'SKIPPED'];
    return data.deliveries.nodes.filter((each: { status: string }) => ended.includes(each.status)).length === 6;
  });
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await app.stop();
});

const READ_OUT: Record<Language, { field: string; dir: string; sentences: RegExp[] }> = {
  en: {
    field: 'Document, id, webhook or person',
    dir: 'ltr',
    sentences: [
      /^\u2068Atlas Steel\u2069 did not get it: all attempts failed, the last on .+\.$/,
      /^Nothing was sent to \u2068Dar Al Nour\u2069: the condition of the webhook was false\.$/,
      /^\u2068Fjord Supply\u2069 got it on .+, and answered 200\.$/,
    ],
  },
  ar: {
    field: 'مستند أو معرّف أو خطاف أو شخص',
    dir: 'rtl',
    sentences: [
      /^لم يصل إلى \u2068Atlas Steel\u2069: فشلت كل المحاولات، وآخرها في .+\.$/,
      /^لم يُرسل شيء إلى \u2068Dar Al Nour\u2069: لم يتحقق شرط الخطاف\.$/,
      /^وصل إلى \u2068Fjord Supply\u2069 في .+ وكان الجواب 200\.$/,
    ],
  },
};

test.each(['en', 'ar'] as const)(
  'support types a document, presses Enter, and reads who got it (%s)',
  async (language) => {
    const { field, dir, sentences } = READ_OUT[language];
    const { page } = await visitAs(browser, key, app.url, { language });
    await page.getByLabel(field).fill('INV-0042');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Sales Invoice INV-0042' }).waitFor();
    for (const sentence of sentences) await page.getByText(sentence).first().waitFor();
    expect(await page.locator('html').getAttribute('dir')).toBe(dir);
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    expect(new URL(page.url()).searchParams.get('name')).toBe('INV-0042');
  },
);

test('a document that nobody published is said to be unknown, and since when the log knows', async () => {
  const { page } = await visitAs(browser, key, `${app.url}/document?type=Sales+Invoice&name=INV-4711`);
  await page.getByText('Nothing is known of this document').waitFor();
  await page
    .getByText('No event about Sales Invoice INV-4711 was published, and no partner called about it.')
    .waitFor();
  await page.getByText(/^The log goes back to /).waitFor();
});

test('content is asked for when it is opened and not before, and is shown as text, digit for digit', async () => {
  const { data } = await app.ask(
    '{ webhookRequestLogs(first: 1, where: { referenceDocument: { eq: "INV-HOSTILE" }, status: { eq: SUCCEEDED } }) { nodes { id } } }',
  );
  const [{ id }] = data.webhookRequestLogs.nodes;
  const { page, asked } = await visitAs(browser, app.adminKey, `${app.url}/log/${id}`);
  await page.getByRole('heading', { level: 1, name: /INV-HOSTILE/ }).waitFor();
  await isFilled(page);
  const readings = () => asked.filter((query) => /dataBody|headerList|responseBody/.test(query)).length;
  expect(readings()).toBe(0);
  await page.getByRole('button', { name: 'Open the content' }).click();
  const body = page.getByRole('region', { name: `${id}-response` });
  await body.getByText(HOSTILE).waitFor();
  expect(readings()).toBe(1);
  const shown = await body.textContent();
  expect(shown).toContain('U+202E');
  expect(shown).not.toContain('\u202E');
  expect(shown).toContain(DIGITS);
  expect(await body.locator('script').count()).toBe(0);
  expect(await page.title()).toContain('INV-HOSTILE');
});

test('a partner that fails is named to the operator before its circuit opens', async () => {
  const { page } = await visitAs(browser, key, `${app.url}/health`);
  await page.getByText('1 partner fails, we are fine.').waitFor();
  const row = page.getByRole('row', { name: 'Atlas Steel' });
  await row.getByText('the last 2 failed').waitFor();
  await row.getByRole('link', { name: 'HTTP 500' }).waitFor();
  expect(await page.getByRole('row', { name: 'Fjord Supply' }).count()).toBe(0);
});

test('a part of the address that is no filter of the log is named, and the others apply', async () => {
  const { page } = await visitAs(browser, key, `${app.url}/log?status=SUCCEEDED,LOST&document=INV-0042`);
  await page
    .getByRole('alert')
    .getByText('The address has status=SUCCEEDED,LOST, which is no filter of this page. It is not applied.')
    .waitFor();
  const rows = page.getByRole('grid', { name: 'Requests, newest first' }).getByRole('row', { name: 'INV-' });
  await rows.first().waitFor();
  expect((await rows.allTextContents()).every((text) => text.includes('INV-0042'))).toBe(true);
});
