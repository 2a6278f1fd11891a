// npm run bench:dashboard -- [--smoke]: how the pages behave in Chromium, beside an empty page of the same server and browser.
import type { Browser, CDPSession, Page } from 'playwright-core';
import { startBrowser } from '../tests/browser/browser';
import { createInstallation, type Installation } from './installation';
import { percentilesOf } from './numbers';
import { machine, printTable } from './printed';
import { runProgram } from './program';

const SIZES = {
  full: { name: 'full', rows: 2_000, seconds: 8, perSecond: 200, loads: 5 },
  smoke: { name: 'smoke', rows: 200, seconds: 2, perSecond: 200, loads: 1 },
};
type Size = (typeof SIZES)['full'];

/** In milliseconds. */
type Seen = Record<'longTasks' | 'typing' | 'frames', number[]>;

interface Loading {
  /** First contentful paint, in milliseconds. */
  paint: number;
  /** Until the page is filled. */
  filled: number;
  /** Tasks longer than 50 ms, and the time beyond it. */
  longTasks: number;
  blocked: number;
}

interface Moving {
  /** Between two frames, in milliseconds. */
  frameP50: number;
  frameP95: number;
  frameP99: number;
  longTasks: number;
  /** From a key to the frame that shows it. */
  typingP50: number;
  typingWorst: number;
}

runProgram(async (args, stops) => {
  const size = args.includes('--smoke') ? SIZES.smoke : SIZES.full;
  const installation = await createInstallation();
  stops.push(installation.stop);
  const { url } = await installation.start('api,worker,indexer');
  const browser = await startBrowser();
  stops.push(() => browser.close());
  console.log(`bench:dashboard, ${size.name}: ${machine()}, Chromium ${browser.version()}`);
  await seed(installation, size.rows, 0);

  const page = await signedIn(browser, url as string, installation.adminKey);
  await emptyPageAt(page, url as string);
  const loads: Record<string, Loading> = {};
  for (const path of ['/empty', '/', '/log', '/webhooks', '/health']) {
    loads[path] = await medianLoad(page, url + path, size);
  }
  print('Loading, and as a ratio to the empty page', loads, '/empty');

  const moving: Record<string, Moving> = {};
  await page.goto(`${url}/empty`);
  moving['empty page'] = await whileMoving(page, 'input', size, async () => undefined);
  await page.goto(`${url}/log`);
  await page.getByText('Live', { exact: true }).waitFor();
  let sent = 0;
  moving[`log, ${size.perSecond} rows/s`] = await whileMoving(page, 'input[type=search]', size, async () => {
    sent += await stream(installation, size);
  });
  // the last rows are shown within a second
  await page.getByRole('row', { name: `BENCH-${sent - 1} ` }).waitFor();
  print('Frames and typing, and as a ratio to the empty page', moving, 'empty page');
  const [, log] = Object.values(moving);
  return { keys: { loads, moving, sent }, isSound: sent > 0 && log !== undefined };
});

async function signedIn(browser: Browser, url: string, key: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en' });
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  // what tsx puts into functions that are named
  await page.addInitScript('globalThis.__name = (named) => named');
  await page.addInitScript(observe);
  return page;
}

/** A page with a heading and a field, of the same server, without a script and a style. */
async function emptyPageAt(page: Page, url: string): Promise<void> {
  const body = '<!doctype html><title>Empty</title><h1>Empty</h1><input>';
  await page.route(`${url}/empty`, (route) => route.fulfill({ contentType: 'text/html', body }));
}

/** Runs in the page, before its own scripts. */
function observe(): void {
  const seen: Seen = { longTasks: [], typing: [], frames: [] };
  Object.assign(window, { seen });
  const watch = (type: string, to: number[], more: object = {}) =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (type !== 'event' || entry.name === 'keydown') to.push(entry.duration);
    }).observe({ type, buffered: true, ...more });
  watch('longtask', seen.longTasks);
  watch('event', seen.typing, { durationThreshold: 16 });
}

async function medianLoad(page: Page, address: string, { loads }: Size): Promise<Loading> {
  const all: Loading[] = [];
  for (let n = 0; n < loads; n += 1) {
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForFunction(() => !document.querySelector('.skeleton'));
    all.push(
      await page.evaluate(() => {
        const { seen } = window as unknown as { seen: Seen };
        const [paint] = performance.getEntriesByName('first-contentful-paint');
        return {
          paint: paint?.startTime ?? Number.NaN,
          filled: performance.now(),
          longTasks: seen.longTasks.length,
          blocked: seen.longTasks.reduce((sum, ms) => sum + ms - 50, 0),
        };
      }),
    );
  }
  all.sort((one, other) => one.filled - other.filled);
  return all[Math.floor(all.length / 2)] as Loading;
}

/** Types all the time, while `work` goes on. */
async function whileMoving(page: Page, field: string, { seconds }: Size, work: () => Promise<void>): Promise<Moving> {
  await page.evaluate(() => {
    const { seen } = window as unknown as { seen: Seen };
    for (const list of [seen.frames, seen.longTasks, seen.typing]) list.length = 0;
    let before = performance.now();
    const frame = (now: number) => {
      seen.frames.push(now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const keyboard: CDPSession = await page.context().newCDPSession(page);
  await page.locator(field).first().focus();
  const until = Date.now() + seconds * 1_000;
  const typing = async () => {
    while (Date.now() < until) {
      await keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', text: '4', key: '4' });
      await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', key: '4' });
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  };
  await Promise.all([typing(), work()]);
  const seen = await page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  // an event that took less than 16 ms is not reported
  const typed = seen.typing.length > 0 ? seen.typing : [16];
  const { p50: frameP50, p95: frameP95, p99: frameP99 } = percentilesOf(seen.frames);
  return {
    frameP50,
    frameP95,
    frameP99,
    longTasks: seen.longTasks.length,
    typingP50: percentilesOf(typed).p50,
    typingWorst: Math.max(...typed),
  };
}

/** Closed requests, written as the worker does it; open subscriptions get them. */
async function seed({ sql }: Installation, rows: number, first: number): Promise<void> {
  await sql.query(
    `insert into webhook_request_logs (id, direction, status, document_type, event, reference_document, attempt_number, duplicate,
       method, url, started_at, finished_at, duration_ms, response_status)
     select new_id(), 'OUTGOING', case when n % 9 = 0 then 'FAILED' else 'SUCCEEDED' end, 'Sales Invoice', 'on_submit', 'BENCH-' || n, 1,
       false, 'POST', 'https://partner.example/', t.at, t.at, 5 + n % 300, case when n % 9 = 0 then 503 else 200 end
     from generate_series($2::int, $2::int + $1::int - 1) as n, (select date_trunc('milliseconds', clock_timestamp()) as at) as t`,
    [rows, first],
  );
}

/** @returns how many rows there are then */
async function stream(installation: Installation, { rows, seconds, perSecond }: Size): Promise<number> {
  const tenth = perSecond / 10;
  const begun = Date.now();
  let sent = rows;
  for (let step = 1; step <= seconds * 10; step += 1) {
    await seed(installation, tenth, sent);
    sent += tenth;
    const wait = begun + step * 100 - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return sent;
}

function print<Figures extends object>(title: string, figures: Record<string, Figures>, base: string): void {
  const ofBase = figures[base] as Record<string, number>;
  const names = Object.keys(ofBase);
  console.log(`\n${title} (times in ms)`);
  printTable(
    Object.entries(figures).map(([page, of]) => [
      page,
      ...names.map((name) => {
        const value = (of as Record<string, number>)[name] as number;
        const ratio = page === base || !ofBase[name] ? '' : ` (x ${(value / (ofBase[name] as number)).toFixed(1)})`;
        return `${value.toFixed(0)}${ratio}`;
      }),
    ]),
    ['page', ...names],
  );
}
