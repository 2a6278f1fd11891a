// A page of the dashboard in a browser: signed in, and watched for what it must not say.
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
/** How long a page may take on a machine that stands still for a while. */
const PATIENCE_MS = 60_000;

export type Language = 'en' | 'ar';

/** The names by which tests find the form and the navigation. */
const NAMES = {
  en: { key: 'API key', signIn: 'Sign in', pages: 'Pages' },
  ar: { key: 'مفتاح API', signIn: 'دخول', pages: 'الصفحات' },
};

interface Look {
  language?: Language;
  theme?: 'light' | 'dark';
  width?: number;
}

export interface Visit {
  page: Page;
  /** The text of each GraphQL document that the page has sent over HTTP, oldest first. */
  asked: string[];
  /** Complaints that belong to the test, such as that of an HTTP status 401: they are removed and returned. */
  takeComplaints(): string[];
}

interface Watched {
  context: BrowserContext;
  complaints: string[];
}

const watched: Watched[] = [];

afterEach(async () => {
  const complaints = watched.flatMap((visit) => visit.complaints);
  await Promise.all(watched.splice(0).map(({ context }) => context.close()));
  // errors of scripts, refusals of the content security policy and of Trusted Types, files that were not found
  expect(complaints).toEqual([]);
});

/** Opens a path in a browser context of its own, as somebody who is not signed in. The test fails if the console has an error. */
export async function visit(browser: Browser, url: string, look: Look = {}): Promise<Visit> {
  const { language = 'en', theme = 'light', width = 1280 } = look;
  const context = await browser.newContext({ colorScheme: theme, locale: language, viewport: { width, height: 800 } });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/graphql')) asked.push(request.postDataJSON().query);
  });
  watched.push({ context, complaints });
  await page.goto(url);
  return { page, asked, takeComplaints: () => complaints.splice(0) };
}

/** The same, and signs in with the key through the form that each page shows then. */
export async function visitAs(browser: Browser, key: string, url: string, look: Look = {}): Promise<Visit> {
  const visited = await visit(browser, url, look);
  await signInWith(visited.page, key, look.language);
  await visited.page.getByRole('navigation', { name: NAMES[look.language ?? 'en'].pages }).waitFor();
  return visited;
}

export async function signInWith(page: Page, key: string, language: Language = 'en'): Promise<void> {
  await page.getByLabel(NAMES[language].key).fill(key);
  await page.getByRole('button', { name: NAMES[language].signIn }).click();
}

/** The page has its heading, and nothing that it asked for is still awaited. */
export async function isFilled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => !document.querySelector('.skeleton'));
}

/** @param rules those alone; without it, all rules of WCAG 2.2 AA. @returns each violation with the elements that have it */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: WCAG };
  const results = await page.evaluate(
    (options) =>
      (window as unknown as { axe: { run(on: Document, options: object): Promise<AxeResults> } }).axe.run(
        document,
        options,
      ),
    { runOnly, resultTypes: ['violations'] },
  );
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

/** @returns what reaches beyond the window and makes the page scroll sideways; empty: it does not */
export function overhanging(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const scrollsItself = (element: Element | null): boolean =>
      element !== null &&
      element !== document.documentElement &&
      (getComputedStyle(element).overflowX !== 'visible' || scrollsItself(element.parentElement));
    const wide = [...document.body.querySelectorAll('*')].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return (left < 0 || right > clientWidth) && !scrollsItself(element.parentElement);
    });
    return [`${scrollWidth - clientWidth} px`, ...wide.slice(0, 12).map((element) => element.outerHTML.slice(0, 120))];
  });
}
