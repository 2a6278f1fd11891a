// What each role sees of the dashboard, a replay that takes two people, and a session that ends.
import type { Browser } from 'playwright-core';
import { ROLES_OF, type Role, type RootField } from '../../dashboard/src/api/generated/access';
import type { PagePath } from '../../src/server/dashboard/page-paths';
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
let requestId: string;

beforeAll(async () => {
  [app, partner, browser] = await Promise.all([startTestApp(), startReceiver(), startBrowser()]);
  ({ id: webhookId } = await createTestWebhook(app, partner.url));
  await publish(app, [invoice('INV-0042')]);
  const delivery = await waitFor('the delivery', async () => {
    const { data } = await app.ask(
      '{ deliveries(first: 1, where: { status: { eq: DELIVERED } }) { nodes { id lastRequest { id } } } }',
    );
    return data.deliveries.nodes[0];
  });
  [deliveryId, requestId] = [delivery.id, delivery.lastRequest.id];
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await app.stop();
});

type Path = Exclude<PagePath, '/sign-in'>;
/** The field of Query by which a page is open to a role. */
const NEEDS: Record<Path, RootField | null> = {
  '/': 'Query.search',
  '/document': 'Query.businessDocument',
  '/log': 'Query.webhookRequestLogs',
  '/log/:id': 'Query.webhookRequestLog',
  '/deliveries': 'Query.deliveries',
  '/deliveries/:id': 'Query.delivery',
  '/replays': 'Query.replays',
  '/webhooks': 'Query.webhooks',
  '/webhooks/new': 'Mutation.createWebhook',
  '/webhooks/:id': 'Query.webhook',
  '/webhooks/:id/edit': 'Mutation.updateWebhook',
  '/evidence': 'Query.evidenceStatus',
  '/audit': 'Query.myAuditEntries',
  '/privacy': 'Query.maskingRules',
  '/exports': 'Query.exports',
  '/health': 'Query.deliveriesPaused',
  '/people': 'Query.users',
  '/me': null,
};
/** Buttons of a page, and the field without which a role has none. */
const BUTTONS: Partial<Record<Path, Record<string, RootField>>> = {
  '/deliveries/:id': { 'Send again': 'Mutation.replayDelivery' },
  '/replays': { 'Send many again': 'Mutation.replayDeliveries' },
  '/webhooks': { 'Import settings': 'Mutation.importWebhooks' },
  '/webhooks/:id': {
    'Send a test': 'Mutation.testWebhook',
    Pause: 'Mutation.pauseWebhook',
    'New secret': 'Mutation.rotateWebhookSecret',
    Archive: 'Mutation.archiveWebhook',
  },
  '/evidence': { Verify: 'Mutation.verifyEvidence' },
  '/exports': { 'New export': 'Mutation.exportWebhookRequestLogs' },
  '/health': { 'Pause all deliveries': 'Mutation.pauseDeliveries' },
  '/people': { 'New person': 'Mutation.createUser', 'Keys and sessions': 'Query.apiKeys' },
};
const ROLES: Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR', 'PUBLISHER'];
const may = (role: Role, field: RootField | null) => {
  const roles: readonly Role[] | null = field && ROLES_OF[field];
  return roles === null || roles.includes(role);
};

test.each(ROLES)('%s opens the pages and has the buttons that the schema allows', async (role) => {
  const { page } = await visitAs(browser, await app.keyFor(role), app.url);
  const ids: Partial<Record<Path, string>> = {
    '/document': '/document?type=Sales+Invoice&name=INV-0042',
    '/log/:id': `/log/${requestId}`,
    '/deliveries/:id': `/deliveries/${deliveryId}`,
    '/webhooks/:id': `/webhooks/${webhookId}`,
    '/webhooks/:id/edit': `/webhooks/${webhookId}/edit`,
  };
  const [expected, found]: Record<string, unknown>[] = [{}, {}];
  for (const [path, needs] of Object.entries(NEEDS) as [Path, RootField | null][]) {
    const isOpen = may(role, needs);
    const buttons = isOpen ? Object.entries(BUTTONS[path] ?? {}) : [];
    const allowed = buttons.filter(([, field]) => may(role, field)).map(([name]) => name);
    Object.assign(expected as object, { [path]: { isOpen, buttons: allowed } });
    await page.goto(app.url + (ids[path] ?? path));
    await isFilled(page);
    for (const name of allowed) await page.getByRole('button', { name, exact: true }).first().waitFor();
    const shown = await page.getByRole('button').allTextContents();
    Object.assign(found as object, {
      [path]: {
        isOpen: (await page.getByText('Only these roles may read this').count()) === 0,
        buttons: buttons.map(([name]) => name).filter((name) => shown.includes(name)),
      },
    });
  }
  expect(found).toEqual(expected);
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
  await manager.getByText('Decided before').click();
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
