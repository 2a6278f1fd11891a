// What the pages say when the API, the network or the session fails them. The browser's requests are answered in place of the server.
import type { Browser, Route } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { isFilled, signInWith, visitAs } from './dashboard';

let app: TestApp;
let partner: Receiver;
let browser: Browser;
let supportKey: string;
let requestId: string;

beforeAll(async () => {
  [app, partner, browser] = await Promise.all([startTestApp(), startReceiver(), startBrowser()]);
  await createTestWebhook(app, partner.url);
  await mutate(app, 'createMaskingRule', { roles: ['SUPPORT'], part: 'DATA', path: '$.grand_total', strategy: 'HIDE' });
  await publish(app, [invoice('INV-0042')]);
  supportKey = await app.keyFor('SUPPORT');
  requestId = await waitFor('the request', async () => {
    const { data } = await app.ask(
      '{ webhookRequestLogs(first: 1, where: { status: { eq: SUCCEEDED } }) { nodes { id } } }',
    );
    return data.webhookRequestLogs.nodes[0]?.id;
  });
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await app.stop();
});

const named = (query: unknown, name: string) => new RegExp(`^\\s*query ${name}\\b`).test(String(query));
const isQuery = (route: Route, name: string) => named(route.request().postDataJSON()?.query, name);
const failed = (code: string, status: number, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'x-request-id': 'the-request', ...headers },
  json: { errors: [{ message: 'Said by the test.', extensions: { code } }] },
});

test('a slow API: the skeleton, then "still asking", then the answer, asked for once', async () => {
  const { page, asked } = await visitAs(browser, app.adminKey, app.url);
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/graphql', async (route) => {
    if (isQuery(route, 'Deliveries')) await held;
    await route.continue();
  });
  await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
  await page.getByText('Still asking ...').waitFor();
  answer();
  await isFilled(page);
  expect(asked.filter((query) => named(query, 'Deliveries')).length).toBe(1);
});

test.each([
  ['a page of a proxy', { status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }, 'UNREADABLE', null],
  [
    'too many requests',
    failed('TOO_MANY_REQUESTS', 429, { 'retry-after': '7' }),
    'TOO_MANY_REQUESTS',
    /again in 7 seconds/,
  ],
  ['a server that is away', 'abort' as const, 'OFFLINE', /The server does not answer/],
])('%s: what failed, its code, and again by a button', async (_, answer, code, text) => {
  const { page, takeComplaints } = await visitAs(browser, app.adminKey, app.url);
  await page.route('**/graphql', async (route) => {
    if (!isQuery(route, 'People')) return route.continue();
    return answer === 'abort' ? route.abort() : route.fulfill(answer);
  });
  await page.getByRole('link', { name: 'People' }).click();
  const alert = page.getByRole('alert').filter({ hasText: code });
  await alert.waitFor();
  if (text) await alert.getByText(text).waitFor();
  if (code === 'TOO_MANY_REQUESTS') await alert.getByText('the-request').waitFor();
  expect(await page.locator('h1').last().textContent()).toBe('People');
  await page.unroute('**/graphql');
  await alert.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('cell', { name: 'Administrator' }).waitFor();
  expect(await alert.count()).toBe(0);
  takeComplaints();
});

test('one field that failed leaves the rest of the page', async () => {
  const { page } = await visitAs(browser, app.adminKey, app.url);
  await page.route('**/graphql', async (route) => {
    if (!isQuery(route, 'Attention')) return route.continue();
    const response = await route.fetch();
    const { data } = await response.json();
    const errors = [{ message: 'Not counted in time.', path: ['deliveryStats'], extensions: { code: 'UNAVAILABLE' } }];
    return route.fulfill({ response, json: { data: { ...data, deliveryStats: null }, errors } });
  });
  await page.goto(`${app.url}/?`);
  await page.getByRole('heading', { name: 'Needs you' }).waitFor();
  await page.getByText('Nothing needs you').waitFor();
});

test('offline, what is shown stays, and says so, and acts are disabled with the reason', async () => {
  const { page, takeComplaints } = await visitAs(browser, app.adminKey, `${app.url}/webhooks`);
  await page.getByRole('link', { name: 'Partner' }).waitFor();
  const act = page.getByRole('button', { name: 'Import settings' });
  expect(await act.isDisabled()).toBe(false);
  await page.context().setOffline(true);
  await page.locator('.offline').waitFor();
  await page.getByRole('link', { name: 'Partner' }).waitFor();
  expect(await act.isDisabled()).toBe(true);
  await page.getByTitle('nothing can be asked of the server').filter({ has: act }).waitFor();
  await page.context().setOffline(false);
  await page.locator('.offline').waitFor({ state: 'detached' });
  expect(await act.isDisabled()).toBe(false);
  takeComplaints();
});

test('a page whose file went with an upgrade asks to be loaded again', async () => {
  const { page, takeComplaints } = await visitAs(browser, app.adminKey, app.url);
  await page.route('**/assets/audit-page-*.js', (route) => route.fulfill({ status: 404, body: '{}' }));
  await page.getByRole('link', { name: 'Audit trail' }).click();
  await page.getByRole('heading', { name: 'A new version is installed' }).waitFor();
  await page.unroute('**/assets/audit-page-*.js');
  await page.getByRole('button', { name: 'Load again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Audit trail' }).waitFor();
  takeComplaints();
});

test('what is masked says so, and SUPPORT may not reveal it where the webhook does not allow it', async () => {
  const { page } = await visitAs(browser, supportKey, `${app.url}/log/${requestId}`);
  await page.getByRole('button', { name: 'Open the content' }).click();
  // neither the body that was sent nor the answer, which may repeat it
  await page.getByText('hidden from your role').nth(1).waitFor();
  expect(await page.getByText('The body is empty.').count()).toBe(0);
  expect(await page.getByText('561.8').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Reveal' }).count()).toBe(0);
});

test('SUPPORT reveals what is masked with a reason, after signing in again if the session is old', async () => {
  const { id } = await createTestWebhook(app, partner.url, { name: 'Revealing', supportMayReveal: true });
  await publish(app, [invoice('INV-REVEAL')]);
  const request = await waitFor('the request', async () => {
    const where = { webhook: { id: { eq: id } }, status: { eq: 'SUCCEEDED' } };
    const { data } = await app.ask(
      'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(first: 1, where: $where) { nodes { id } } }',
      { where },
    );
    return data.webhookRequestLogs.nodes[0]?.id;
  });
  const { page } = await visitAs(browser, supportKey, `${app.url}/log/${request}`);
  await isFilled(page);
  await app.database.query(`update sessions set created_at = now() - interval '16 minutes'`);
  const asking = page.getByRole('dialog', { name: 'Reveal' });
  await page.getByRole('button', { name: 'Reveal' }).click();
  await asking.getByLabel('Reason').fill('The partner disputes the total');
  await asking.getByRole('button', { name: 'Reveal' }).click();
  await page.getByRole('dialog', { name: 'Sign in again now' }).waitFor();
  await signInWith(page, supportKey);
  expect(await asking.getByLabel('Reason').inputValue()).toBe('The partner disputes the total');
  await asking.getByRole('button', { name: 'Reveal' }).click();
  await asking.waitFor({ state: 'detached' });
  await page.getByText('561.8').first().waitFor();
});

test('a request that retention removed: since when the log knows', async () => {
  const { page } = await visitAs(browser, supportKey, `${app.url}/log/req_0190f3a0000070008000000000000000`);
  await page.getByText(/The log has nothing before/).waitFor();
});

test('a list that is empty for its filter offers to clear it, and to search all times', async () => {
  const { page } = await visitAs(browser, supportKey, `${app.url}/log?document=NONE`);
  await page.getByText('Nothing matches this filter').waitFor();
  await page.getByRole('button', { name: 'Search all times' }).click();
  await page.waitForURL(/range=all/);
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await page.getByRole('row', { name: 'INV-0042' }).waitFor();
  expect(new URL(page.url()).search).toBe('');
});

test('two tabs: one signs out, and the other shows nothing of it any more', async () => {
  const { page, takeComplaints } = await visitAs(browser, supportKey, `${app.url}/webhooks`);
  const other = await page.context().newPage();
  await other.goto(`${app.url}/log`);
  await other.getByRole('row', { name: 'INV-0042' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
  await other.getByLabel('API key').waitFor();
  expect(await other.getByText('INV-0042').count()).toBe(0);
  await signInWith(other, supportKey);
  await other.getByRole('row', { name: 'INV-0042' }).waitFor();
  takeComplaints();
});

test('in colours of the system, without motion, and in print, a state is still a shape and a word', async () => {
  const { page } = await visitAs(browser, supportKey, `${app.url}/log`);
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  const state = page.getByRole('row', { name: 'INV-0042' }).locator('.state');
  await state.waitFor();
  expect([await state.textContent(), await state.locator('svg').isVisible()]).toEqual(['Delivered', true]);
  const stroke = await state.locator('svg').evaluate((element) => getComputedStyle(element).stroke);
  expect(stroke).not.toBe(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
  const moving = await page.evaluate(() => document.getAnimations().length);
  expect(moving).toBe(0);

  await page.goto(`${app.url}/document?type=Sales+Invoice&name=INV-0042`);
  await page.getByRole('button', { name: 'Print a receipt' }).waitFor();
  await page.emulateMedia({ media: 'print', forcedColors: 'none' });
  await page.getByRole('heading', { name: 'Receipt of an exchange' }).waitFor();
  expect(await page.getByText(requestId).isVisible()).toBe(true);
  expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false);
  const pdf = await page.pdf({ format: 'A4' });
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBe(1);
});
