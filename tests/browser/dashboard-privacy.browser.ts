// What is masked, held and erased, ordered in the dashboard.
import type { Browser, Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { isFilled, type Language, overhanging, violations, visitAs } from './dashboard';

let app: TestApp;
let partner: Receiver;
let browser: Browser;

beforeAll(async () => {
  [app, partner, browser] = await Promise.all([startTestApp(), startReceiver(), startBrowser()]);
  await createTestWebhook(app, partner.url, { name: 'Fjord Supply' });
  await publish(app, [invoice('INV-0042'), invoice('INV-0043'), invoice('INV-0044')]);
  await waitFor('all deliveries to have arrived', () => partner.calls.length === 3);
  await waitFor('the log to be sealed', async () => {
    const { data } = await app.ask('{ evidenceStatus { waitingCount } }');
    return data.evidenceStatus.waitingCount === 0;
  });
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await app.stop();
});

const open = (key: string, tab: string) => visitAs(browser, key, `${app.url}/privacy?tab=${tab}`);

/** Fills the form of an erasure with a document. */
async function previewErasure(page: Page, name: string) {
  await page.getByRole('button', { name: 'Erase ...' }).click();
  const form = page.getByRole('dialog', { name: 'Erase for good' });
  await form.getByLabel('Type of document').fill('Sales Invoice');
  await form.getByLabel('Document (whole name)').fill(name);
  await form.getByRole('button', { name: 'Preview' }).click();
  return form;
}

test('an erasure is previewed, confirmed by its number of rows, and done', async () => {
  const { page } = await open(app.adminKey, 'erased');
  const form = await previewErasure(page, 'INV-0042');
  await form.getByText('3 rows would lose their content').waitFor();
  await form.getByText('It takes nothing from others.').waitFor();
  await form.getByRole('row', { name: 'Fjord Supply' }).waitFor();
  const order = form.getByRole('button', { name: 'Erase for good' });
  await form.getByLabel('Reason').fill('Request 17');
  expect(await order.isDisabled()).toBe(true);
  await form.getByLabel('Type 3 to confirm').fill('3');
  await order.click();
  const ordered = page.getByRole('dialog', { name: 'Your order is recorded' });
  await ordered.getByText('It begins when the order is sealed').waitFor();
  await ordered.getByRole('button', { name: 'Close' }).click();
  const row = page.getByRole('row', { name: 'Request 17' });
  await row.getByText('3 of 3').waitFor();
  await row.getByText('done').waitFor();
  const { data } = await app.ask('{ businessDocument(documentType: "Sales Invoice", name: "INV-0042") { id } }');
  expect(data.businessDocument).toBeNull();
});

test('an erasure that takes something of others says what, that it waits, and for whom', async () => {
  await app.ask(
    `mutation { exportWebhookRequestLogs(input: { where: { referenceDocument: { eq: "INV-0043" } } }) { export { id } } }`,
    {},
    await app.keyFor('AUDITOR'),
  );
  const { page } = await open(app.adminKey, 'erased');
  const form = await previewErasure(page, 'INV-0043');
  await form.getByText('Valid exports, which expire').waitFor();
  await form.getByText('This needs a second person').waitFor();
  await form.getByText('Without an identity provider nobody can be the second person').waitFor();
  await form.getByLabel('Type 3 to confirm').fill('3');
  await form.getByLabel('Reason').fill('Request 18');
  await form.getByRole('button', { name: 'Erase for good' }).click();
  const ordered = page.getByRole('dialog', { name: 'Your order is recorded' });
  await ordered.getByText(/^It waits\. It takes effect on .+ unless a SYSTEM_MANAGER declines it before/).waitFor();
  await ordered.getByRole('link', { name: 'What waits for approval' }).click();
  await page.getByRole('row', { name: 'Request 18' }).getByRole('link', { name: '3 rows, and 1 of others' }).waitFor();
});

test('an auditor places a hold, asks for its release, and sees that it waits', async () => {
  const { page } = await open(await app.keyFor('AUDITOR'), 'held');
  await page.getByText('No hold is in force').waitFor();
  await page.getByRole('button', { name: 'Place a hold' }).click();
  const form = page.getByRole('dialog', { name: 'Place a hold' });
  await form.getByLabel('Name', { exact: true }).fill('Case 2026-17');
  await form.getByLabel('Reason').fill('The court asked for it');
  const place = form.getByRole('button', { name: 'Place a hold' });
  expect(await place.isDisabled()).toBe(true);
  await form.getByLabel('Type of document').fill('Sales Invoice');
  await form.getByLabel('Document (whole name)').fill('INV-0044');
  await place.click();
  await form.waitFor({ state: 'detached' });
  const row = page.getByRole('row', { name: 'Case 2026-17' });
  await row.getByText('in force').waitFor();
  await row.getByRole('button', { name: 'Ask for the release' }).click();
  const release = page.getByRole('dialog', { name: 'Ask for the release' });
  await release.getByText('This needs a second person').waitFor();
  await release.getByLabel('Reason').fill('The case is closed');
  await release.getByRole('button', { name: 'Ask for the release' }).click();
  await row.getByText('its release waits').waitFor();
  expect(await row.getByRole('button', { name: 'Ask for the release' }).count()).toBe(0);
});

test('a masking rule is made, replaced and deleted; who may only read them has no button for it', async () => {
  const { page } = await open(app.adminKey, 'masked');
  await page.getByText('There is no masking rule').waitFor();
  await page.getByRole('button', { name: 'New rule' }).click();
  const form = page.getByRole('dialog', { name: 'New rule' });
  await form.getByLabel('Path').fill('$.data.status');
  await form.getByRole('button', { name: 'Create the rule' }).click();
  const first = page.getByRole('row', { name: '$.data.status' });
  await first.getByRole('button', { name: 'Replace' }).click();
  const replacing = page.getByRole('dialog', { name: 'Replace' });
  await replacing.getByLabel('Path').fill('$.data.currency');
  await replacing.getByRole('button', { name: 'Replace' }).click();
  const second = page.getByRole('row', { name: '$.data.currency' });
  await second.waitFor();
  await first.waitFor({ state: 'detached' });

  const auditor = (await open(await app.keyFor('AUDITOR'), 'masked')).page;
  await auditor.getByRole('row', { name: '$.data.currency' }).waitFor();
  expect(await auditor.getByRole('main').getByRole('button').count()).toBe(0);

  await second.getByRole('button', { name: 'Delete' }).click();
  const deleting = page.getByRole('dialog', { name: 'Delete' });
  await deleting.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There is no masking rule').waitFor();
});

test('a limit is set, and is shown with its reason', async () => {
  const { page } = await open(app.adminKey, 'kept');
  await page.getByText('No limit is set').waitFor();
  await page.getByRole('button', { name: 'Set a limit' }).click();
  const form = page.getByRole('dialog', { name: 'Set a limit' });
  await form.getByLabel('Content is erased after (days)').fill('90');
  await form.getByLabel('Reason', { exact: true }).fill('Our policy, section 4');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: 'Our policy, section 4' }).getByText('90 days').waitFor();
});

const TITLES: Record<Language, string> = { en: 'Privacy', ar: 'الخصوصية' };
const ERASE: Record<Language, string> = { en: 'Erase ...', ar: 'محو ...' };

test.each<Language>(['en', 'ar'])('each section and the form of an erasure stand in %s at 400 px', async (language) => {
  const { page } = await visitAs(browser, app.adminKey, `${app.url}/privacy`, { language, width: 400 });
  await page.getByRole('heading', { level: 1, name: TITLES[language] }).waitFor();
  for (const tab of ['masked', 'held', 'kept', 'erased']) {
    await page.goto(`${app.url}/privacy?tab=${tab}`);
    await isFilled(page);
    expect({ tab, broken: await violations(page), wide: await overhanging(page) }).toEqual({
      tab,
      broken: [],
      wide: [],
    });
  }
  await page.getByRole('button', { name: ERASE[language] }).click();
  await page.getByRole('dialog').waitFor();
  expect({ broken: await violations(page), wide: await overhanging(page) }).toEqual({ broken: [], wide: [] });
});
