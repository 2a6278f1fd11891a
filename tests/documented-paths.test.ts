import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const FOLDERS = ['src', 'tests', 'migrations', 'schema', 'docs'];
const files = FOLDERS.flatMap((folder) => [
  `/${folder}`,
  ...readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => `/${folder}/${file}`),
]);

/** The files and folders that stand between backticks, such as `src/main.ts`; not patterns, such as `*.ts`. */
function pathsIn(page: string): string[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(/`([\w./-]+(?:\.(?:ts|mjs|sql|graphql|md)|\/))`/g)].map(([, path = '']) => path);
}

test.each([
  { page: 'architecture.md', atLeast: 100 },
  { page: 'where-it-is.md', atLeast: 80 },
])('docs/$page names files and folders that exist', ({ page, atLeast }) => {
  const paths = pathsIn(page);
  expect(paths.length).toBeGreaterThan(atLeast);
  // a path may begin below a folder that the text has named
  const exists = (path: string) => files.some((file) => file.endsWith(`/${path.replace(/\/$/, '')}`));
  expect(paths.filter((path) => !exists(path))).toEqual([]);
});

test('docs/where-it-is.md names whole paths', () => {
  expect(pathsIn('where-it-is.md').filter((path) => !files.includes(`/${path}`))).toEqual([]);
});
