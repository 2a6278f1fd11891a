// What each role sees of the dashboard, a replay that takes two people, and a session that ends.
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { isFilled, signInWith, visitAs } from './dashboard';

let app: TestApp;
let partner: Receiver;
let browser: Browser;
let webhookId: string;
let deliveryId: string;

beforeAll(async () => {
  [app, partner, browser] = await Promise.all([startTestApp(), startReceiver(), startBrowser()]);
  ({ id: webhookId } = await createTestWebhook(app, partner.url));
  await publish(app, [invoice('INV-0042')]);
  deliveryId = await waitFor('the delivery', async () => {
    const { data } = await app.ask('{ deliveries(first: 1, where: { status: { eq: DELIVERED } }) { nodes { id } } }');
    return data.deliveries.nodes[0]?.id;
  });
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await app.stop();
});

/** Buttons of managers. The second column is one that SUPPORT has too, so that the page is known to be there. */
const OF_MANAGERS: [path: () => string, also: string | null, buttons: string[]][] = [
  [() => '/webhooks', null, ['Import settings', 'Export settings']],
  [() => `/webhooks/${webhookId}`, null, ['Send a test', 'Pause', 'New secret', 'Archive']],
  [() => `/deliveries/${deliveryId}`, 'Ask to send again', ['Send again']],
  [() => '/replays', null, ['Send many again']],
  [() => '/health', null, ['Pause all deliveries']],
  [() => '/people', null, ['New person']],
  [() => '/evidence', null, ['Verify', 'Make the bundle']],
];

test('SUPPORT sees no button that only a manager may press, and a manager sees each', async () => {
  const support = (await visitAs(browser, await app.keyFor('SUPPORT'), app.url)).page;
  const manager = (await visitAs(browser, app.adminKey, app.url)).page;
  for (const [path, also, buttons] of OF_MANAGERS) {
    await Promise.all([support, manager].map((page) => page.goto(app.url + path())));
    await Promise.all([support, manager].map(isFilled));
    if (also) await support.getByRole('button', { name: also, exact: true }).waitFor();
    for (const name of buttons) {
      await manager.getByRole('button', { name, exact: true }).waitFor();
      expect([path(), name, await support.getByRole('button', { name, exact: true }).count()]).toEqual([
        path(),
        name,
        0,
      ]);
    }
  }
});

test('SUPPORT asks for a replay, and a manager approves it in another browser', async () => {
  const support = (await visitAs(browser, await app.keyFor('SUPPORT'), `${app.url}/deliveries/${deliveryId}`)).page;
  await support.getByRole('button', { name: 'Ask to send again' }).click();
  const asking = support.getByRole('dialog', { name: 'Ask to send again' });
  await asking.getByLabel('Reason').fill('The partner has lost it');
  await asking.getByRole('button', { name: 'Ask to send again' }).click();
  await asking.waitFor({ state: 'detached' });
  expect(partner.calls.length).toBe(1);

  const manager = (await visitAs(browser, await app.keyFor('INTEGRATION_MANAGER'), `${app.url}/replays`)).page;
  const waiting = manager.getByRole('row', { name: 'The partner has lost it' });
  await waiting.getByRole('button', { name: 'Approve' }).click();
  const approving = manager.getByRole('dialog', { name: 'Approve' });
  await approving.getByLabel('Reason').fill('They said so on the phone');
  await approving.getByRole('button', { name: 'Approve' }).click();
  await approving.waitFor({ state: 'detached' });
  await waitFor('the second call', () => partner.calls.length === 2);
  await manager.getByText('They said so on the phone').waitFor();
});

test('a page that the role may not open names the roles that may, and is not in the navigation', async () => {
  const { page, asked } = await visitAs(browser, await app.keyFor('PUBLISHER'), `${app.url}/people`);
  await page
    .getByText('Only these roles may read this: SYSTEM_MANAGER, INTEGRATION_MANAGER, SUPPORT, AUDITOR.')
    .waitFor();
  expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'People' }).count()).toBe(0);
  expect(asked.filter((query) => query.includes('users('))).toEqual([]);
});

test('a session that is revoked is begun again above the page, and what was typed stays', async () => {
  const key = await app.keyFor('SUPPORT');
  const { page, takeComplaints } = await visitAs(browser, key, `${app.url}/deliveries/${deliveryId}`);
  await page.getByRole('button', { name: 'Ask to send again' }).click();
  const asking = page.getByRole('dialog', { name: 'Ask to send again' });
  await asking.getByLabel('Reason').fill('Half a sentence');
  const { data } = await app.ask('{ viewer { id } }', {}, key);
  await app.ask('mutation ($userId: ID!) { revokeSessions(input: { userId: $userId }) { userErrors { message } } }', {
    userId: data.viewer.id,
  });
  await asking.getByRole('button', { name: 'Ask to send again' }).click();
  const again = page.getByRole('dialog', { name: 'Your session has ended' });
  await again.waitFor();
  await signInWith(page, key);
  await again.waitFor({ state: 'detached' });
  expect(await asking.getByLabel('Reason').inputValue()).toBe('Half a sentence');
  expect(new URL(page.url()).pathname).toBe(`/deliveries/${deliveryId}`);
  // the browser notes each answer 401
  const complaints = takeComplaints();
  expect(complaints.length).toBeGreaterThan(0);
  expect(complaints.filter((text) => !text.includes('status of 401'))).toEqual([]);
});
