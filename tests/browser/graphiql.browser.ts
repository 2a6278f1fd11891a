import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';

let app: TestApp;
let browser: Browser;

beforeAll(async () => {
  [app, browser] = await Promise.all([startTestApp(), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

test('the page at /graphiql asks a question with an API key and shows the answer, without calling anybody else', async () => {
  const page = await browser.newPage();
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(app.url) && !/^(blob|data):/.test(url)) elsewhere.push(url);
  });
  await page.goto(`${app.url}/graphiql?query=${encodeURIComponent('{ viewer { name roles } }')}`);
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
  await page.keyboard.insertText(JSON.stringify({ authorization: `Bearer ${app.adminKey}` }));
  await page.locator('.graphiql-execute-button').click();
  await page.locator('.result-window').getByText('SYSTEM_MANAGER').waitFor({ timeout: 15_000 });
  expect(await page.locator('.result-window').textContent()).toContain('Administrator');
  await page.getByRole('button', { name: 'Re-fetch GraphQL schema' }).click();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer').first().waitFor({ timeout: 15_000 });
  await page.locator('.graphiql-doc-explorer').getByText('Mutation').first().waitFor({ timeout: 15_000 });
  expect(elsewhere).toEqual([]);
});

test('it subscribes where it posts to, with the key of its headers', async () => {
  const page = await browser.newPage();
  const query = 'subscription { webhookRequestLogChanged { kind webhookRequestLog { referenceDocument } } }';
  await page.goto(`${app.url}/graphiql?query=${encodeURIComponent(query)}`);
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
  await page.keyboard.insertText(JSON.stringify({ authorization: `Bearer ${app.adminKey}` }));
  const opened = page.waitForResponse((response) =>
    (response.headers()['content-type'] ?? '').startsWith('text/event-stream'),
  );
  await page.locator('.graphiql-execute-button').click();
  expect((await opened).status()).toBe(200);
  await createTestWebhook(app, 'http://127.0.0.1:9/hook');
  await publish(app, [invoice('INV-WATCHED')]);
  await page.locator('.result-window').getByText('INV-WATCHED').waitFor({ timeout: 30_000 });
});
