import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Private images of this project, and words that stand for a term of the field: a reader has to guess what they mean.
 * What is meant has a plain name: the process ends, the transaction is rolled back, the gate refuses.
 */
const PRIVATE = [
  'so many of them',
  'lets go',
  'at home',
  'gets in',
  'comes in',
  'is over',
  'are over',
  'for good',
  'crowded',
  'gait',
  'turnstile',
  'as things stand',
  'asThingsStand',
  'needs a hand',
];

const ROOT = join(__dirname, '..');
const FOLDERS = ['src', 'schema', 'docs', 'migrations'];
const PAGES = ['README.md', 'CHANGELOG.md', 'SECURITY.md', '.env.example'];
const KINDS = /\.(ts|sql|graphql|md)$/;

interface Text {
  path: string;
  text: string;
}

const texts: Text[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }),
)
  .filter((entry) => entry.isFile() && KINDS.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .concat(PAGES.map((page) => join(ROOT, page)))
  .map((path) => ({ path: relative(ROOT, path), text: onOneLine(readFileSync(path, 'utf8')) }));

// a phrase may be wrapped, in a comment or between two string literals
function onOneLine(text: string): string {
  return text.replace(/'\s*\+\s*['"`]|\s*\n\s*(?:\*(?!\/)|\/\/|--|#)?\s*/g, ' ').replace(/ {2,}/g, ' ');
}

function occurrences(word: string, { path, text }: Text): string[] {
  return [...text.matchAll(new RegExp(String.raw`\b${word}\b`, 'gi'))].map(
    ({ index }) => `${path}: ${text.slice(Math.max(0, index - 40), index + word.length + 40)}`,
  );
}

test('there are texts to read', () => {
  for (const folder of FOLDERS) expect(texts.some(({ path }) => path.startsWith(`${folder}/`))).toBe(true);
});

test.each(PRIVATE)('nothing says "%s"', (word) => {
  const found = texts.flatMap((text) => occurrences(word, text));
  expect(found).toEqual([]);
});
