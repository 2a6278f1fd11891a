import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const FOLDERS = ['src', 'dashboard', 'tests', 'migrations', 'schema', 'docs'];
const files = FOLDERS.flatMap((folder) => [
  `/${folder}`,
  ...readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => `/${folder}/${file}`),
]);

/** A path may begin below a folder that the text has named. */
function exists(path: string): boolean {
  return (
    files.some((file) => file.endsWith(`/${path.replace(/^\.\.\//, '').replace(/\/$/, '')}`)) ||
    existsSync(join(ROOT, path))
  );
}

/** The files and folders that stand between backticks, such as `src/main.ts`; not patterns, such as `*.ts`, nor what is built. */
function pathsIn(page: string): string[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const paths = [...text.matchAll(/`([\w./-]+(?:\.(?:ts|mjs|sql|graphql|md)|\/))`/g)].map(([, path = '']) => path);
  return paths.filter((path) => !path.startsWith('dist/'));
}

test.each([
  { page: 'architecture.md', atLeast: 100 },
  { page: 'path-of-an-event.md', atLeast: 7 },
  { page: 'where-it-is.md', atLeast: 80 },
  { page: 'testing.md', atLeast: 50 },
])('docs/$page names files and folders that exist', ({ page, atLeast }) => {
  const paths = pathsIn(page);
  expect(paths.length).toBeGreaterThan(atLeast);
  expect(paths.filter((path) => !exists(path))).toEqual([]);
});

test.each(readdirSync(join(ROOT, 'docs/decisions')))('docs/decisions/%s names files and folders that exist', (page) => {
  expect(pathsIn(`decisions/${page}`).filter((path) => !exists(path))).toEqual([]);
});

test('docs/decisions/README.md lists each decision once, with its title', () => {
  const folder = join(ROOT, 'docs/decisions');
  const titleOf = (file: string) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n', 1)[0]
      ?.replace(/^# (\d+\. )?/, '');
  const decisions = readdirSync(folder).filter((file) => file !== 'README.md');
  const listed = readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^- \[(.+)\]\(([^)]+)\)/gm);
  expect([...listed].map(([, title, file]) => `${file}: ${title}`).sort()).toEqual(
    decisions.map((file) => `${file}: ${titleOf(file)}`),
  );
});

test('comments in src/ and migrations/ name files that exist', () => {
  const named = files
    .filter((file) => /^\/(src|migrations)\/.*\.(ts|mjs|sql)$/.test(file))
    .flatMap((file) => {
      const comments = readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:\/\/|^\s*\*|\/\*\*|--)(.*)$/gm);
      return [...comments].flatMap(([, comment = '']) =>
        [...comment.matchAll(/(?<![\w/.-])[\w-]+(?:\/[\w.-]+)*\.(?:ts|mjs|sql)\b/g)].map(([path]) => ({ file, path })),
      );
    });
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ path }) => !exists(path))).toEqual([]);
});

test('docs/where-it-is.md names whole paths', () => {
  expect(pathsIn('where-it-is.md').filter((path) => !files.includes(`/${path}`))).toEqual([]);
});

test('docs/privacy.md names the tests of each rule, and they have a title that begins with its number', () => {
  const page = readFileSync(join(ROOT, 'docs/privacy.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\d+) \|.*\| ([^|]+) \|$/gm)].flatMap(([, rule, names = '']) => {
    const tests = [...names.matchAll(/`([\w/-]+)`/g)].map(([, name]) => name);
    return tests.map((name) => ({ rule, name }));
  });
  expect(new Set(rows.map(({ rule }) => rule)).size).toBe(12);
  const fileOf = (name?: string) =>
    [`tests/privacy/${name}.test.ts`, `tests/${name}.test.ts`].find((file) => files.includes(`/${file}`));
  expect(rows.filter(({ name }) => !fileOf(name))).toEqual([]);
  const untitled = [...new Set(rows.map(({ rule }) => rule))].filter((rule) => {
    const texts = rows
      .filter((row) => row.rule === rule)
      .map(({ name }) => readFileSync(join(ROOT, fileOf(name) as string), 'utf8'));
    return !texts.some((text) => new RegExp(`rules? (?:\\d+[^'\`]*)?\\b${rule}\\b`, 'i').test(text));
  });
  expect(untitled).toEqual([]);
});
