// Webhooks are made and changed in the dashboard: faults in place, what a draft would do, and two people at once.
import type { Browser, Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { isFilled, signInWith, visitAs } from './dashboard';

let app: TestApp;
let partner: Receiver;
let browser: Browser;

beforeAll(async () => {
  [app, partner, browser] = await Promise.all([startTestApp(), startReceiver(), startBrowser()]);
  const totals = [10, 20, 30, 400, 500, 600, 700];
  await publish(
    app,
    totals.map((total, n) => invoice(`INV-${n}`, { data: { name: `INV-${n}`, grand_total: total } })),
  );
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await app.stop();
});

const at = (path: string) => new URL(path, partner.url).href;
const editor = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

/** Types over what the editor has, with the keyboard. */
async function write(page: Page, name: string, text: string): Promise<void> {
  await editor(page, name).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

async function settingsOf(id: string): Promise<Record<string, unknown>> {
  const { data } = await app.ask(
    'query ($id: ID!) { webhook(id: $id) { name url condition body timeoutMs version retrySchedule } }',
    { id },
  );
  return data.webhook;
}

const idIn = (page: Page) => new URL(page.url()).pathname.split('/')[2] as string;

test('a manager makes a webhook: a fault is marked where it is, and the draft is tried on real events', async () => {
  const manager = await app.keyFor('INTEGRATION_MANAGER');
  const { page } = await visitAs(browser, manager, `${app.url}/webhooks`);
  await page.getByRole('link', { name: 'New webhook' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Fjord Supply');
  await page.getByLabel('URL', { exact: true }).fill(at('/hooks'));
  await page.getByLabel('Document type', { exact: true }).fill('Sales Invoice');

  await write(page, 'Condition (CEL)', 'doc.grand_total > 100 &&\n  doc.name = "INV-6"');
  await page.getByText('Line 2, column 12:').waitFor();
  expect(await page.locator('.code-fault').textContent()).toBe('=');
  expect(await editor(page, 'Condition (CEL)').getAttribute('aria-invalid')).toBe('true');
  await page.getByText('Something in the settings is wrong').waitFor();

  await write(page, 'Condition (CEL)', 'doc.grand_total > 100');
  await page.getByText('4 of the last 7 events would be sent.').waitFor();
  expect(await page.locator('.code-fault').count()).toBe(0);

  await page.getByLabel('Body', { exact: true }).selectOption('JSON');
  await write(page, 'Template of the body (Liquid)', '{"invoice": {{ doc.name | json }}}');
  const body = page.getByRole('region', { name: 'Body of the preview' });
  const choice = page.getByLabel('With this document');
  const choose = async (document: string) => {
    const option = choice.locator('option', { hasText: `${document} ` });
    await choice.selectOption({ label: (await option.textContent()) as string });
    await body.getByText(`"${document}"`).waitFor();
  };
  expect(await body.count()).toBe(0);
  await choose('INV-6');
  await page.getByText('It would be sent.', { exact: true }).waitFor();
  await choose('INV-1');
  await page.getByText('The condition is false').last().waitFor();

  await page.getByRole('button', { name: 'Create' }).click();
  const shown = page.getByRole('dialog', { name: 'What the partner needs' });
  await shown.getByText(/^whsec_/).waitFor();
  await shown.getByLabel('I have stored it').check();
  await shown.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('heading', { level: 1, name: 'Fjord Supply' }).waitFor();
  expect(await settingsOf(idIn(page))).toMatchObject({
    name: 'Fjord Supply',
    condition: 'doc.grand_total > 100',
    body: '{"invoice": {{ doc.name | json }}}',
  });
});

test('what saving refuses stands at its field', async () => {
  const { page } = await visitAs(browser, app.adminKey, `${app.url}/webhooks/new`);
  await page.getByLabel('URL', { exact: true }).fill('https://partner.example.com/');
  await page.getByLabel('Seconds before each attempt').fill('0, soon');
  await page.getByText('These are not whole numbers with commas.').waitFor();
  await page.getByLabel('Seconds before each attempt').fill('0, 9999999');
  await page.getByRole('button', { name: 'Create' }).click();
  const field = page.getByLabel('Seconds before each attempt');
  await page.locator('.field', { has: field }).getByRole('alert').getByText('retrySchedule').waitFor();
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  await page.evaluate(() => sessionStorage.clear());
});

test('a template whose body may be no JSON is saved, and the page says so', async () => {
  const { id } = await createTestWebhook(app, at('/doubtful'), { name: 'Doubtful' });
  const { page } = await visitAs(browser, app.adminKey, `${app.url}/webhooks/${id}/edit`);
  await page.getByLabel('Body', { exact: true }).selectOption('JSON');
  await write(page, 'Template of the body (Liquid)', '{"invoice": {{ doc.name }}}');
  await page.getByRole('button', { name: 'Save' }).click();
  const warned = page.getByRole('dialog', { name: 'Saved, with a warning' });
  await warned.getByText('body').waitFor();
  await warned.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('heading', { level: 1, name: 'Doubtful' }).waitFor();
  expect(await settingsOf(id)).toMatchObject({ body: '{"invoice": {{ doc.name }}}' });
});

test('an address for a partner is made, and says how to sign', async () => {
  const { page } = await visitAs(browser, app.adminKey, `${app.url}/webhooks/new`);
  await page.getByLabel('Who calls?').selectOption('INCOMING');
  await page.getByLabel('Name', { exact: true }).fill('Courier');
  await page.getByLabel('How calls are signed').selectOption('HMAC');
  await page.getByRole('button', { name: 'Create' }).click();
  const header = page.getByLabel('Header of the signature or token');
  await page.locator('.field', { has: header }).getByRole('alert').getByText('needs verification.header').waitFor();
  await header.fill('X-Signature');
  await page.getByRole('button', { name: 'Create' }).click();
  const shown = page.getByRole('dialog', { name: 'What the partner needs' });
  await shown.getByText(/\/in\/in_/).waitFor();
  await shown.getByLabel('I have stored it').check();
  await shown.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('heading', { name: 'How the partner signs' }).waitFor();
  await page.getByText('X-Signature', { exact: true }).waitFor();
});

test('two managers change one webhook: the second sees the difference, and loses nothing', async () => {
  const { id } = await createTestWebhook(app, at('/two'), { name: 'Atlas Steel', condition: 'true' });
  const edit = `${app.url}/webhooks/${id}/edit`;
  const first = (await visitAs(browser, await app.keyFor('INTEGRATION_MANAGER'), edit)).page;
  const second = (await visitAs(browser, await app.keyFor('INTEGRATION_MANAGER'), edit)).page;
  await Promise.all([first, second].map((page) => page.getByRole('heading', { name: 'Change Atlas Steel' }).waitFor()));

  await write(second, 'Condition (CEL)', 'doc.grand_total > 2');
  await second.getByLabel('Seconds before each attempt').fill('0, 60');

  await write(first, 'Condition (CEL)', 'doc.grand_total > 1');
  await first.getByLabel('Time limit of an attempt, in seconds').fill('7');
  await first.getByRole('button', { name: 'Save' }).click();
  await first.getByRole('heading', { level: 1, name: 'Atlas Steel', exact: true }).waitFor();

  await second.getByRole('button', { name: 'Save' }).click();
  const conflict = second.getByRole('region', { name: 'Somebody has changed this webhook meanwhile' }).first();
  const row = conflict.getByRole('row', { name: 'Condition' });
  await row.getByText('doc.grand_total > 1').waitFor();
  await row.getByText('doc.grand_total > 2').waitFor();
  expect(await settingsOf(id)).toMatchObject({ condition: 'doc.grand_total > 1', version: 2 });

  await conflict.getByRole('button', { name: 'Go on with this' }).click();
  await second.getByText('Their changes are in the form now.').waitFor();
  expect(await editor(second, 'Condition (CEL)').textContent()).toBe('doc.grand_total > 2');
  expect(await second.getByLabel('Time limit of an attempt, in seconds').inputValue()).toBe('7');
  await second.getByRole('button', { name: 'Save' }).click();
  await second.getByRole('heading', { level: 1, name: 'Atlas Steel', exact: true }).waitFor();
  expect(await settingsOf(id)).toMatchObject({
    condition: 'doc.grand_total > 2',
    timeoutMs: 7_000,
    retrySchedule: [0, 60],
    version: 3,
  });
});

test('a draft is asked about before it is left, outlives a session and a reload, and keeps no secret', async () => {
  const { id } = await createTestWebhook(app, at('/kept'), { name: 'Dar Al Nour' });
  const key = await app.keyFor('INTEGRATION_MANAGER');
  const { page, takeComplaints } = await visitAs(browser, key, `${app.url}/webhooks/${id}/edit`);
  await page.getByLabel('Name', { exact: true }).fill('Dar Al Noor');
  const basic = page.getByRole('group', { name: 'HTTP Basic' });
  await basic.getByLabel('HTTP Basic').selectOption('SET');
  await basic.getByLabel('User name').fill('erp');
  await basic.getByLabel('Password').fill('hunter2-hunter2');

  const questions: string[] = [];
  page.on('dialog', (dialog) => {
    questions.push(dialog.type());
    // a link is stayed away from; the reload below goes on
    void (dialog.type() === 'confirm' ? dialog.dismiss() : dialog.accept());
  });
  await page.getByRole('link', { name: 'Health' }).click();
  expect(questions).toEqual(['confirm']);
  expect(new URL(page.url()).pathname).toBe(`/webhooks/${id}/edit`);

  const { data } = await app.ask('{ viewer { id } }', {}, key);
  await app.ask('mutation ($userId: ID!) { revokeSessions(input: { userId: $userId }) { userErrors { message } } }', {
    userId: data.viewer.id,
  });
  await page.getByRole('button', { name: 'Save' }).click();
  const again = page.getByRole('dialog', { name: 'Your session has ended' });
  await again.waitFor();
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).not.toContain('hunter2');
  await signInWith(page, key);
  await again.waitFor({ state: 'detached' });
  expect(await basic.getByLabel('Password').inputValue()).toBe('hunter2-hunter2');
  await page.reload();
  await page.getByText('This is the draft that you had begun').waitFor();
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Dar Al Noor');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Dar Al Noor' }).waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  expect(takeComplaints().filter((text) => !text.includes('status of 401'))).toEqual([]);
});

test('a new secret is shown once, and is gone after a reload', async () => {
  const { id } = await createTestWebhook(app, at('/rotated'), { name: 'Rotated' });
  const { page } = await visitAs(browser, app.adminKey, `${app.url}/webhooks/${id}`);
  await page.getByRole('button', { name: 'New secret' }).click();
  const asking = page.getByRole('dialog', { name: 'New secret' });
  await asking.getByLabel('Seconds for which both are valid').fill('3600');
  await asking.getByRole('button', { name: 'New secret' }).click();
  const shown = page.getByRole('dialog', { name: 'The new secret' });
  const secret = (await shown.getByText(/^whsec_/).textContent()) as string;
  await page.keyboard.press('Escape');
  expect(await shown.isVisible()).toBe(true);
  await page.reload();
  await isFilled(page);
  await page.getByRole('heading', { name: 'Keys and secrets' }).waitFor();
  expect(await page.content()).not.toContain(secret);
  // the one before is listed with its end
  const keys = page.getByRole('region', { name: 'Keys and secrets' }).getByRole('row', { name: 'V1' });
  await keys.nth(1).waitFor();
  expect(await keys.locator('time').count()).toBe(3);
});

test('a test is sent with the document of a recent event, and its delivery is shown', async () => {
  const { id } = await createTestWebhook(app, at('/tested'), { name: 'Tested' });
  const { page } = await visitAs(browser, app.adminKey, `${app.url}/webhooks/${id}`);
  await page.getByRole('button', { name: 'Send a test' }).click();
  const asking = page.getByRole('dialog', { name: 'Send a test' });
  await asking
    .getByLabel('With the document of')
    .locator('option', { hasText: 'INV-6' })
    .waitFor({ state: 'attached' });
  await asking.getByRole('button', { name: 'Send a test' }).click();
  await page.waitForURL(/\/deliveries\/dlv_/);
  const call = await waitFor('the test', () => partner.calls.find(({ path }) => path === '/tested'));
  expect(call.headers['webhook-test']).toBe('true');
});

test('SUPPORT has no button and no page for it', async () => {
  const support = await app.keyFor('SUPPORT');
  const { id } = await createTestWebhook(app, at('/support'), { name: 'Not for support' });
  const { page } = await visitAs(browser, support, `${app.url}/webhooks/${id}`);
  await isFilled(page);
  expect(await page.getByRole('link', { name: 'Change', exact: true }).count()).toBe(0);
  for (const path of ['/webhooks/new', `/webhooks/${id}/edit`]) {
    await page.goto(app.url + path);
    await page.getByText('Only these roles may read this: SYSTEM_MANAGER, INTEGRATION_MANAGER.').waitFor();
  }
});
