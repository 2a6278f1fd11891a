// The request log while events are published, and by keyboard.
import type { Browser, Locator } from 'playwright-core';
import { startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { startTestApp, type TestApp } from '../support/app';
import { unusedPort } from '../support/program';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { signInWith, visit, visitAs } from './dashboard';

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

test('the server restarts: what was missed comes by `after`, and no row is doubled or lost', async () => {
  const env = { ...app.env, PORT: String(await unusedPort()), PROCESSES: 'api' };
  const start = () => startApp(readConfig(env), createLog('silent'));
  let server = await start();
  const { page, takeComplaints } = await visit(browser, server.url as string);
  const subscribed: { after: string | null }[] = [];
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const message = JSON.parse(String(payload));
      if (message.type === 'subscribe') subscribed.push(message.payload.variables);
    }),
  );
  await signInWith(page, app.adminKey);
  await page.getByRole('link', { name: 'Request log' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await publish(app, several('INV-BEFORE', 2));
  await page.getByRole('row', { name: 'INV-BEFORE-2' }).waitFor();
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));

  await server.stop();
  await page.getByText('Connecting', { exact: true }).waitFor();
  await publish(app, several('INV-MISSED', 4));
  await waitFor('the deliveries', async () => {
    const { data } = await app.ask(
      '{ webhookRequestLogs(first: 10, where: { referenceDocument: { startsWith: "INV-MISSED" }, status: { eq: SUCCEEDED } }) { nodes { id } } }',
    );
    return data.webhookRequestLogs.nodes.length === 4;
  });
  server = await start();
  try {
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText(/^Caught up/).waitFor();
    for (const document of [1, 2, 3, 4]) await page.getByRole('row', { name: `INV-MISSED-${document}` }).waitFor();
    const rows = await page
      .getByRole('row', { name: /INV-(BEFORE|MISSED)/ })
      .evaluateAll((all) => all.map(({ id }) => id));
    expect([rows.length, new Set(rows).size]).toEqual([6, 6]);
    expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
    const [first, last] = [subscribed[0], subscribed.at(-1)];
    expect(last?.after).not.toBe(first?.after);
  } finally {
    await page.goto('about:blank');
    await server.stop();
    takeComplaints();
  }
});

test('a tab that was away for longer than a subscription resumes reads the page again, and says so', async () => {
  const { page } = await visit(browser, app.url);
  let refused = 0;
  // the server, as it is to a tab that comes back after a day
  await page.routeWebSocket(/graphql$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((sent) => {
      const { id, type, payload } = JSON.parse(String(sent));
      if (type !== 'subscribe' || refused > 0 || !payload.variables.after) return server.send(sent);
      refused += 1;
      const message = 'after: the position is too old.';
      socket.send(
        JSON.stringify({ id, type: 'error', payload: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] }),
      );
    });
  });
  await signInWith(page, app.adminKey);
  await page.getByRole('link', { name: 'Request log' }).click();
  await page.getByText('The page was read again.').waitFor();
  expect(refused).toBe(1);
  await page.getByText('Live', { exact: true }).waitFor();
  await publish(app, several('INV-BACK', 1));
  await page.getByRole('row', { name: 'INV-BACK-1' }).waitFor();
});

test('by keyboard alone: sign in, search, walk the rows, open, close, the list of keys, and each key of it', async () => {
  const { page } = await visit(browser, `${app.url}/sign-in`);
  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  const press = (...keys: string[]) =>
    keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const tabTo = async (reached: string) => {
    for (let n = 0; n < 60; n += 1) {
      if (await page.evaluate((selector) => document.activeElement?.matches(selector), reached)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not lead to ${reached}`);
  };
  // on a busy machine the second key comes too late, or the keys before the field has lost the focus
  const goBy = (chord: string, reached: Locator) =>
    waitFor(`where ${chord} leads`, async () => {
      await press(...chord.split(' '));
      return reached.waitFor({ timeout: 10_000 }).then(
        () => true,
        () => false,
      );
    });
  await heading('Sign in');
  await tabTo('input');
  await page.keyboard.type(app.adminKey);
  await press('Enter');
  await heading('Find');
  // out of the field, in which letters are text
  await press('Tab');
  await goBy('g l', page.getByRole('heading', { level: 1, name: 'Request log' }));
  await press('/');
  await heading('Find');
  await tabTo('input[type=search]');
  await page.keyboard.type('INV-FIRST');
  await press('Enter');
  await heading('Sales Invoice INV-FIRST');

  await goBy('g l', page.getByRole('row', { name: 'INV-FIRST' }));
  await tabTo('[role=grid]');
  await press('j', 'j', 'k', 'ArrowDown');
  const picked = page.getByRole('row', { selected: true });
  const [id, text] = [await picked.getAttribute('id'), await picked.textContent()];
  await press('Enter');
  await heading(/ - Partner$/);
  await press('Escape');
  await heading('Request log');
  await picked.waitFor();
  expect([await picked.getAttribute('id'), await picked.textContent()]).toEqual([id, text]);
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid');

  await press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.waitFor();
  const keys = await sheet.locator('dt').allTextContents();
  const names = await sheet.locator('dd').allTextContents();
  await press('Escape');
  await sheet.waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid');
  const chords = keys.flatMap((key, index) => (key.startsWith('g ') ? [[key, names[index] as string] as const] : []));
  expect(chords.length).toBeGreaterThan(3);
  for (const [chord, name] of chords) {
    await goBy(chord, page.getByRole('heading', { level: 1, name }));
  }
});
