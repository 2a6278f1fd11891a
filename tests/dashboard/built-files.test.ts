// The files of the pages as a browser fetches them: their sizes, and that they name no other host.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DIST = join(__dirname, '../../dist/dashboard');
const ASSETS = join(DIST, 'assets');
const KB = 1_000;

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  css?: string[];
}

const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(DIST, 'manifest.json'), 'utf8'));
const gzipped = (file: string) => statSync(join(DIST, `${file}.gz`)).size;
const total = (files: readonly string[]) => files.reduce((sum, file) => sum + gzipped(file), 0);

/** A chunk with all that it imports at once. */
function withImports(name: string, known = new Set<string>()): Set<string> {
  if (known.has(name)) return known;
  known.add(name);
  for (const each of manifest[name]?.imports ?? []) withImports(each, known);
  return known;
}

const [entry] = Object.entries(manifest).find(([, { isEntry }]) => isEntry) as [string, Chunk];
const pages = Object.keys(manifest).filter((name) => /-page\.tsx$/.test(name));
const entryChunks = withImports(entry);
/** Of a page: its scripts that are not those of the entry. */
const later = (name: string) => [...withImports(name)].filter((each) => !entryChunks.has(each));
const scripts = (names: Iterable<string>) => [...names].map((name) => manifest[name]?.file as string);
const styles = (names: Iterable<string>) => [...names].flatMap((name) => manifest[name]?.css ?? []);

test('the first page and the log are at most 160 kB of script and 8 kB of styles, compressed', () => {
  for (const page of [/home-page/, /log-page/]) {
    const name = pages.find((each) => page.test(each)) as string;
    const all = [...entryChunks, ...later(name)];
    expect([name, total(scripts(all)) <= 160 * KB, total(styles(all)) <= 8 * KB]).toEqual([name, true, true]);
  }
});

test('what a page loads later is at most 130 kB in each file', () => {
  const large = readdirSync(ASSETS)
    .filter((file) => file.endsWith('.js.gz') && statSync(join(ASSETS, file)).size > 130 * KB)
    .sort();
  expect(large).toEqual([]);
  expect(pages.length).toBeGreaterThan(10);
});

test('the fonts are at most 100 kB', () => {
  const fonts = readdirSync(ASSETS).filter((file) => /\.woff2?$/.test(file));
  expect(fonts.length).toBeGreaterThan(0);
  expect(fonts.reduce((sum, file) => sum + statSync(join(ASSETS, file)).size, 0)).toBeLessThanOrEqual(100 * KB);
});

test('styles and the document name no address outside of this server', () => {
  const files = [
    'index.html',
    ...readdirSync(ASSETS)
      .filter((file) => file.endsWith('.css'))
      .map((file) => `assets/${file}`),
  ];
  for (const file of files) {
    expect([file, readFileSync(join(DIST, file), 'utf8').match(/(https?:)?\/\/[\w.-]+\.\w+/g)]).toEqual([file, null]);
  }
});
