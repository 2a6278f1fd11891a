// The end of a session, as the dashboard sees it: announced before, and nothing that was typed is lost by it.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { startBrowser } from './browser';
import { isFilled, signInWith, visit, visitAs } from './dashboard';

const MINUTE = 60_000;

let app: TestApp;
let browser: Browser;

beforeAll(async () => {
  [app, browser] = await Promise.all([startTestApp(), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

/**
 * The page at which keys are made asks for nothing by itself, but once for the end of the session. The time of the browser is set by
 * the test. @param before what is done before that end is asked for
 */
async function typeSomething(key: string, before: () => Promise<unknown> = async () => undefined) {
  const visited = await visit(browser, `${app.url}/people`);
  await visited.page.clock.install();
  await signInWith(visited.page, key);
  await visited.page.getByRole('button', { name: 'New person' }).click();
  const name = visited.page.getByRole('dialog').getByLabel('Name', { exact: true });
  await name.fill('half a na');
  await before();
  const asked = visited.page.waitForResponse((response) =>
    /query SessionEnd/.test(response.request().postData() ?? ''),
  );
  await visited.page.clock.fastForward(MINUTE / 2);
  await (await asked).finished();
  return { ...visited, name };
}

const warningOn = (page: Page) => page.getByRole('dialog', { name: 'Your session ends soon' });

test('five minutes before an idle session ends, the page says so, and goes on when it is asked to', async () => {
  const { page, name } = await typeSomething(app.adminKey);
  await page.clock.fastForward(52 * MINUTE);
  expect(await warningOn(page).count()).toBe(0);
  await page.clock.fastForward(3 * MINUTE);
  const warning = warningOn(page);
  await warning.getByText(/^It ends in [45] minutes, because nothing was asked for\.$/).waitFor();
  await warning.getByRole('button', { name: 'Stay signed in' }).click();
  await warning.waitFor({ state: 'detached' });
  expect(await name.inputValue()).toBe('half a na');
  await page.clock.fastForward(52 * MINUTE);
  expect(await warningOn(page).count()).toBe(0);
});

test('a session that has ended by idleness is begun again above the page', async () => {
  const key = await app.keyFor('SYSTEM_MANAGER');
  const { page, name, takeComplaints } = await typeSomething(key);
  await page.clock.fastForward(55 * MINUTE);
  await warningOn(page).getByRole('button', { name: 'Later' }).click();
  await warningOn(page).waitFor({ state: 'detached' });
  await app.database.query(`update sessions set last_used_at = last_used_at - interval '61 minutes'`);
  await page.clock.fastForward(7 * MINUTE);
  const again = page.getByRole('dialog', { name: 'Your session has ended' });
  await again.waitFor();
  await signInWith(page, key);
  await again.waitFor({ state: 'detached' });
  expect(await name.inputValue()).toBe('half a na');
  expect(takeComplaints().every((text) => text.includes('status of 401'))).toBe(true);
});

test('the last end of a session cannot be moved: the page says when it is, and offers to sign in again', async () => {
  const key = await app.keyFor('SYSTEM_MANAGER');
  const { page, name } = await typeSomething(key, () =>
    app.database.query(
      `update sessions set expires_at = now() + interval '4 minutes'
       where user_id = (select user_id from sessions order by created_at desc limit 1)`,
    ),
  );
  await page.clock.fastForward(MINUTE / 6);
  const warning = warningOn(page);
  await warning.getByText(/^It ends at .+, 12 hours after you signed in\./).waitFor();
  expect(await warning.getByRole('button', { name: 'Stay signed in' }).count()).toBe(0);
  await warning.getByRole('button', { name: 'Sign in again now' }).click();
  await signInWith(page, key);
  await warning.waitFor({ state: 'detached' });
  expect(await name.inputValue()).toBe('half a na');
});

test('a browser that comes back with the cookie of a session that has ended can sign in', async () => {
  const key = await app.keyFor('SUPPORT');
  const { page, takeComplaints } = await visitAs(browser, key, `${app.url}/me`);
  await app.database.query(`update sessions set last_used_at = last_used_at - interval '61 minutes'`);
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await signInWith(page, key);
  await page.getByRole('heading', { level: 1, name: 'Me' }).waitFor();
  expect(takeComplaints().every((text) => text.includes('status of 401'))).toBe(true);
});

test('who signs in again in one tab goes on in the others, with what was typed there', async () => {
  const key = await app.keyFor('SYSTEM_MANAGER');
  const { page, name, takeComplaints } = await typeSomething(key);
  const other = await newTab(page.context(), `${app.url}/people`);
  await app.database.query(`update sessions set last_used_at = last_used_at - interval '61 minutes'`);
  await page.clock.fastForward(62 * MINUTE);
  const again = page.getByRole('dialog', { name: 'Your session has ended' });
  await again.waitFor();
  await other.reload();
  await signInWith(other, key);
  await other.getByRole('navigation', { name: 'Pages' }).waitFor();
  await again.waitFor({ state: 'detached' });
  expect(await name.inputValue()).toBe('half a na');
  expect(takeComplaints().every((text) => text.includes('status of 401'))).toBe(true);
});

async function newTab(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  // what it asks for is a use of the session, of which it tells the other tabs
  await isFilled(page);
  return page;
}
