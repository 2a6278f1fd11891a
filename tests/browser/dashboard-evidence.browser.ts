// An auditor finds a row that was changed in the database, and two people erase a document.
import type { Browser, Page } from 'playwright-core';
import { tamperWith } from '../evidence/stored-tree';
import { type AppWithProvider, startAppWithProvider } from '../server/sign-in/app-with-provider';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { visit, visitAs } from './dashboard';

/** Each has a delivery and a request: an erasure of more than a hundred rows needs a second person. */
const EVENTS = 36;

let world: AppWithProvider;
let partner: Receiver;
let browser: Browser;
const requestIds: Record<string, string> = {};

beforeAll(async () => {
  [world, partner, browser] = await Promise.all([
    startAppWithProvider({ PROCESSES: 'api,worker,indexer' }),
    startReceiver(),
    startBrowser(),
  ]);
  await createTestWebhook(world.app, partner.url);
  const erased = Array.from({ length: EVENTS }, () => invoice('INV-ERASED'));
  await publish(world.app, [invoice('INV-0042'), ...erased]);
  const nodes = await waitFor('the sealed requests', async () => {
    const { data } = await world.app.ask(
      '{ webhookRequestLogs(first: 100) { nodes { id referenceDocument evidence { status } } } }',
    );
    const all: { id: string; referenceDocument: string; evidence: { status: string } | null }[] =
      data.webhookRequestLogs.nodes;
    return all.length === EVENTS + 1 && all.every(({ evidence }) => evidence?.status === 'SEALED') && all;
  });
  for (const { id, referenceDocument } of nodes) requestIds[referenceDocument] = id;
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await world.stop();
});

test('a row that was changed in the database is found and named', async () => {
  const { page } = await visitAs(browser, await world.app.keyFor('AUDITOR'), `${world.app.url}/evidence`);
  const verify = page.getByRole('button', { name: 'Verify', exact: true });
  await verify.click();
  await page.getByText(/Nothing was found/).waitFor();
  await tamperWith(world.app.database, [
    `update webhook_request_logs set response_status = 500 where reference_document = 'INV-0042'`,
  ]);
  await verify.click();
  await page.getByRole('cell', { name: requestIds['INV-0042'] as string, exact: true }).waitFor();
});

/** A browser of its own, in which somebody has signed in at the provider. */
async function signedIn(name: string, path: string): Promise<Page> {
  const email = `${name}@example.com`;
  await mutate(world.app, 'createUser', { name: email, email, roles: ['SYSTEM_MANAGER'] }, 'user { id }');
  await world.provider.setAccount({ sub: name, email, email_verified: true });
  const { page } = await visit(browser, `${world.app.url}/sign-in?${new URLSearchParams({ returnTo: path })}`);
  await page.getByRole('link', { name: 'Sign in at your company' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(path);
  return page;
}

test('one person orders an erasure, a second one in another browser approves it, and the proof stays', async () => {
  const [first, second] = [await signedIn('amal', '/replays'), await signedIn('noor', '/replays')];
  // both are known at the provider since more than a day
  await world.app.database.query(
    `update users set standing_since = now() - interval '25 hours' where email is not null`,
  );
  const answer = await first.evaluate(async () => {
    const input = { documentType: 'Sales Invoice', name: 'INV-ERASED', reason: 'Request 17' };
    const query = `mutation ($input: EraseDocumentInput!) {
      eraseDocument(input: $input) { erasure { id } userErrors { message } } }`;
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
    return response.json();
  });
  expect(answer.data.eraseDocument.userErrors).toEqual([]);

  await first.reload();
  const own = first.getByRole('row', { name: 'Request 17' });
  await own.getByRole('button', { name: 'Decline' }).waitFor();
  expect(await own.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  await second.reload();
  await second.getByRole('row', { name: 'Request 17' }).getByRole('button', { name: 'Approve' }).click();
  const dialog = second.getByRole('dialog', { name: 'Approve' });
  await dialog.getByLabel('Reason').fill('Seen');
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await dialog.waitFor({ state: 'detached' });

  await second.goto(`${world.app.url}/log/${requestIds['INV-ERASED']}`);
  await waitFor('the erasure', async () => {
    const { data } = await world.app.ask('query ($id: ID!) { webhookRequestLog(id: $id) { evidence { status } } }', {
      id: requestIds['INV-ERASED'],
    });
    return data.webhookRequestLog.evidence.status === 'ERASED';
  });
  await second.reload();
  await second
    .getByText(/content was erased.*proof.*stays/)
    .first()
    .waitFor();
  await second.getByRole('button', { name: 'Show the proof' }).waitFor();
});
