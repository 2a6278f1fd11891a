// The pictures of docs/pictures, of the demo's week: PICTURES=docs/pictures npm run test:browser -- dashboard-pictures
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createClient } from '../../src/programs/demo/partner';
import { caughtUp, writeWeek } from '../../src/programs/demo/week';
import { startTestApp, type TestApp } from '../support/app';
import { startBrowser } from './browser';
import { isFilled, type Language, visitAs } from './dashboard';

const FOLDER = process.env.PICTURES;
const SIZE = { width: 1280, height: 800 };
/** They are in the repository, and each page of the docs that shows them loads them. */
const MAX_BYTES = 60_000;

let app: TestApp;
let browser: Browser;
/** A Sales Order that one partner got at once and another one at the second attempt. */
let order: string;

interface Picture {
  name: string;
  path: () => string;
  language?: Language;
  theme?: 'light' | 'dark';
  /** What is done on the page before. */
  prepare?: (page: Page) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  { name: 'document', path: () => `/document?type=Sales+Order&name=${order}` },
  { name: 'log', path: () => '/log?range=7d' },
  { name: 'webhooks', path: () => '/webhooks' },
  { name: 'health', path: () => '/health', theme: 'dark' },
  { name: 'erasure', path: () => '/privacy?tab=erased', prepare: previewErasure },
  { name: 'arabic', path: () => `/document?type=Sales+Order&name=${order}`, language: 'ar', theme: 'dark' },
];

const whenAsked = FOLDER ? describe : describe.skip;

whenAsked('pictures', () => {
  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), startBrowser()]);
    const client = createClient(app.url, app.adminKey);
    await writeWeek(client, app.database.migrationUrl, app.url);
    await caughtUp(client, app.database.migrationUrl);
    const { data } = await app.ask(
      `{ deliveries(first: 1, where: { status: { eq: DELIVERED }, attempts: { gt: 1 }, documentType: { eq: "Sales Order" } }) {
        nodes { referenceDocument } } }`,
    );
    order = data.deliveries.nodes[0].referenceDocument;
    await mkdir(resolve(FOLDER as string), { recursive: true });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await app.stop();
  });

  test.each(PICTURES)('$name', async ({ name, path, language, theme, prepare }) => {
    const { page } = await visitAs(browser, app.adminKey, app.url + path(), {
      ...(language && { language }),
      ...(theme && { theme }),
    });
    await page.setViewportSize(SIZE);
    await isFilled(page);
    await prepare?.(page);
    const picture = await asWebp(await page.screenshot({ animations: 'disabled' }));
    expect(picture.length).toBeLessThanOrEqual(MAX_BYTES);
    await writeFile(join(resolve(FOLDER as string), `${name}.webp`), picture);
  });
});

async function previewErasure(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Erase ...' }).click();
  const form = page.getByRole('dialog', { name: 'Erase for good' });
  await form.getByLabel('Type of document').fill('Sales Order');
  await form.getByLabel('Document (whole name)').fill(order);
  await form.getByRole('button', { name: 'Preview' }).click();
  await form.getByRole('status').waitFor();
}

/** Converted by the browser, in a page without a content security policy. */
async function asWebp(png: Buffer): Promise<Buffer> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const base64 = await page.evaluate(async (source) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${source}`)).blob());
      const canvas = new OffscreenCanvas(image.width, image.height);
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.72 });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    }, png.toString('base64'));
    return Buffer.from(base64, 'base64');
  } finally {
    await context.close();
  }
}
