// Each page of the dashboard on filled data: WCAG 2.2 AA, the console, and the width of the window.
import { Kind, parse } from 'graphql';
import type { Browser, Page } from 'playwright-core';
import { PAGE_PATHS, type PagePath } from '../../src/server/dashboard/page-paths';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { startBrowser } from './browser';
import { isFilled, type Language, overhanging, violations, visit, visitAs } from './dashboard';

let app: TestApp;
let partner: Receiver;
let browser: Browser;
/** The address of an example of each page, where that is more than its path. */
let examples: Partial<Record<PagePath, readonly string[]>>;

beforeAll(async () => {
  [app, partner, browser] = await Promise.all([startTestApp(), startReceiver(), startBrowser()]);
  const at = (path: string) => new URL(path, partner.url).href;
  partner.answerWith(({ path }) => ({ status: path === '/bad' ? 500 : 200 }));
  const good = await createTestWebhook(app, at('/good'), {
    name: 'Fjord Supply',
    rateLimit: { maxRequests: 50, seconds: 1 },
  });
  await createTestWebhook(app, at('/bad'), { name: 'Atlas Steel', retrySchedule: [0] });
  await createTestWebhook(app, at('/late'), { name: 'Dar Al Nour', condition: 'false' });
  const incoming = await mutate(
    app,
    'createWebhook',
    { name: 'Stripe', direction: 'INCOMING', provider: 'NONE' },
    'webhook { id } address',
  );
  await fetch(incoming.address, {
    method: 'POST',
    body: '{"id":"evt_1"}',
    headers: { 'content-type': 'application/json' },
  });
  await publish(
    app,
    Array.from({ length: 8 }, (_, index) => invoice(`INV-004${index}`)),
  );
  const [delivery, failed] = await waitFor('deliveries of each kind', async () => {
    const query = `query ($status: DeliveryStatus!) {
      deliveries(first: 20, where: { status: { eq: $status } }) { nodes { id requests(first: 1) { nodes { id } } } }
    }`;
    const [delivered, exhausted] = await Promise.all(
      ['DELIVERED', 'EXHAUSTED'].map((status) => app.ask(query, { status })),
    );
    const [one, other] = [delivered?.data.deliveries.nodes, exhausted?.data.deliveries.nodes];
    return one.length >= 8 && other.length >= 8 && [one[0], other[0]];
  });
  await app.ask(
    'mutation ($id: ID!) { requestReplay(input: { deliveryId: $id, reason: "They lost it" }) { userErrors { message } } }',
    { id: failed.id },
    await app.keyFor('SUPPORT'),
  );
  await mutate(app, 'exportWebhookRequestLogs', {});
  examples = {
    '/': ['/', '/?q=INV'],
    '/document': ['/document?type=Sales+Invoice&name=INV-0042'],
    '/log/:id': [`/log/${failed.requests.nodes[0].id}`],
    '/deliveries': ['/deliveries?tab=all'],
    '/deliveries/:id': [`/deliveries/${delivery.id}`, `/deliveries/${failed.id}`],
    '/webhooks/:id/edit': [`/webhooks/${good.id}/edit`, `/webhooks/${incoming.webhook.id}/edit`],
    '/webhooks/:id': [`/webhooks/${good.id}`, `/webhooks/${incoming.webhook.id}`],
  };
});
afterAll(async () => {
  await partner.stop();
  await browser.close();
  await app.stop();
});

/** Fields that a document asks Query for. */
function rootFieldsOf(query: string): number {
  const [operation] = parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections.length : 0;
}

function nameOf(query: string): string | undefined {
  return /^\w+ (\w+)/.exec(query.trim())?.[1];
}

/** Begins to add up how far what is shown moves while the page is filled. */
function watchShifts(): void {
  Object.assign(window, { shifted: 0 });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      (window as unknown as { shifted: number }).shifted += (entry as unknown as { value: number }).value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/** What a page asks for until it is filled. */
const MOST = { requests: 2, rootFields: 10, shift: 0.02 };
/** The log and its bars are refreshed apart. */
const MOST_REQUESTS: Partial<Record<PagePath, number>> = { '/log': 3 };

/** What a theme may break. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];
/** What a width may break. */
const OF_WIDTHS = ['target-size', 'scrollable-region-focusable', 'link-in-text-block'];
/** Pages with buttons beside their title that open dialogs. */
const DIALOGS: readonly PagePath[] = [
  '/deliveries/:id',
  '/replays',
  '/webhooks',
  '/webhooks/:id',
  '/exports',
  '/people',
];
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 400, height: 800 };

/** Both themes, and both widths, of what the page shows. @returns what is wrong */
async function faultsOf(page: Page): Promise<object> {
  const faults: Record<string, unknown> = {};
  await isFilled(page);
  const look = async (name: string, rules?: readonly string[]) => {
    const [broken, wider] = [await violations(page, rules), await overhanging(page)];
    if (broken.length > 0 || wider.length > 0) faults[name] = { broken, wider };
  };
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: 'light' });
  await look('wide and light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await look('wide and dark', OF_COLOURS);
  await page.setViewportSize(NARROW);
  await look('narrow', OF_WIDTHS);
  return faults;
}

describe.each<Language>(['en', 'ar'])('in %s', (language) => {
  test('each page meets WCAG 2.2 AA in both themes, and is as wide as the window', async () => {
    const { page, asked } = await visitAs(browser, app.adminKey, app.url, { language });
    await page.addInitScript(watchShifts);
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(app.url)) elsewhere.push(request.url());
    });
    const faults: Record<string, object> = {};
    for (const path of PAGE_PATHS.filter((each) => each !== '/sign-in')) {
      for (const address of examples[path] ?? [path]) {
        // the page before it may still ask until it is left
        await page.goto('about:blank');
        asked.length = 0;
        await page.setViewportSize(WIDE);
        await page.goto(app.url + address);
        await isFilled(page);
        // a query that is asked again is a refresh, as after a slow start
        const [requests, fields] = [new Set(asked).size, Math.max(...asked.map(rootFieldsOf))];
        const shift = await page.evaluate(() => (window as unknown as { shifted: number }).shifted);
        if (requests > (MOST_REQUESTS[path] ?? MOST.requests) || fields > MOST.rootFields || shift > MOST.shift) {
          faults[`${address}, loading`] = { requests, fields, shift, asked: asked.map(nameOf) };
        }
        const found = await faultsOf(page);
        if (Object.keys(found).length > 0) faults[address] = found;
      }
    }
    expect(faults).toEqual({});
    expect(elsewhere).toEqual([]);
  });

  test('so do the dialogs', async () => {
    const { page } = await visitAs(browser, app.adminKey, app.url, { language });
    const faults: Record<string, object> = {};
    for (const address of DIALOGS.flatMap((path) => examples[path] ?? [path])) {
      await page.goto(app.url + address);
      await isFilled(page);
      const openers = page.locator('main .page-head .button:not(a)');
      for (let n = 0; n < (await openers.count()); n += 1) {
        await openers.nth(n).click();
        const dialog = page.getByRole('dialog');
        if (
          !(await dialog.waitFor({ timeout: 1_000 }).then(
            () => true,
            () => false,
          ))
        )
          continue;
        const found = await faultsOf(page);
        if (Object.keys(found).length > 0) faults[`${address} ${await dialog.locator('h2').textContent()}`] = found;
        await page.setViewportSize(WIDE);
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      }
    }
    expect(faults).toEqual({});
  });

  test('so does the page at which people sign in', async () => {
    const { page } = await visit(browser, `${app.url}/sign-in`, { language });
    expect(await faultsOf(page)).toEqual({});
  });
});
