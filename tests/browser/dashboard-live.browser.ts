// The request log while events are published, and by keyboard.
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { visitAs } from './dashboard';

let app: TestApp;
let partner: Receiver;
let browser: Browser;

beforeAll(async () => {
  [app, partner, browser] = await Promise.all([startTestApp(), startReceiver(), startBrowser()]);
  await createTestWebhook(app, partner.url);
  await publish(app, [invoice('INV-FIRST')]);
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await app.stop();
});

const several = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => invoice(`${prefix}-${index + 1}`));

test('requests appear as they happen; while a row is picked they are counted, and a button shows them', async () => {
  const { page } = await visitAs(browser, app.adminKey, `${app.url}/log`);
  const grid = page.getByRole('grid', { name: 'Requests, newest first' });
  const row = (document: string) => grid.getByRole('row', { name: document });
  await row('INV-FIRST').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  await publish(app, several('INV-LIVE', 5));
  for (const document of [1, 2, 3, 4, 5]) await row(`INV-LIVE-${document}`).waitFor();

  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await grid.getByRole('row', { selected: true }).waitFor();
  await publish(app, several('INV-HELD', 3));
  const held = page.getByRole('button', { name: '3 new' });
  await held.waitFor();
  expect(await row('INV-HELD').count()).toBe(0);
  await held.click();
  for (const document of [1, 2, 3]) await row(`INV-HELD-${document}`).waitFor();
  expect(await held.count()).toBe(0);
  expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
});

test('arrow keys walk through the rows, and Enter opens the request', async () => {
  const { page } = await visitAs(browser, app.adminKey, `${app.url}/log?document=INV-FIRST`);
  const grid = page.getByRole('grid', { name: 'Requests, newest first' });
  await grid.getByRole('row', { name: 'INV-FIRST' }).waitFor();
  // from the filters on, with the keyboard alone
  await page.getByRole('button', { name: 'Count' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await grid.getByRole('row', { name: 'INV-FIRST', selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'INV-FIRST - Partner' }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/log\/req_/);
});
