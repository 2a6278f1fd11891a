import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Words that a reader has to guess at: they name a person or a thing without saying which, or stand for an image instead
 * of a term. What is meant has a plain name: the caller, the user, another process, is finished, permanently.
 */
const VAGUE = [
  'whoever',
  'whomever',
  'somebody',
  'someone',
  'nobody',
  'anybody',
  'everybody',
  'so many',
  'lets go',
  'at home',
  'gets in',
  'comes in',
  'told',
  'is over',
  'are over',
  'for good',
  'at all',
  'crowded',
  'gait',
  'turnstile',
  'as things stand',
  'asThingsStand',
  'speaks',
  'goes on',
  'go on',
  'anew',
  'mend',
  'mended',
  'lies',
  'for ever',
  'all the same',
  'needs a hand',
];

interface Exception {
  word: string;
  /** Where the word is right: a file, or a folder and everything below it. */
  path: string;
  reason: string;
}

const EXCEPTIONS: Exception[] = [
  { word: 'nobody', path: 'src/database/embedded-postgres', reason: 'the Unix user' },
  { word: 'nobody', path: 'docs/operations.md', reason: 'the Unix user' },
  { word: 'nobody', path: 'docs/decisions/0002-embedded-postgres.md', reason: 'the Unix user' },
  {
    word: 'at all',
    path: 'docs/decisions/0013-import-from-frappe.md',
    reason: '"exactly or not at all" is the decision',
  },
  { word: 'at all', path: 'docs/decisions/README.md', reason: 'the title of that decision' },
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

function isException(word: string, path: string): boolean {
  return EXCEPTIONS.some((each) => each.word === word && (path === each.path || path.startsWith(`${each.path}/`)));
}

test('there are texts to read', () => {
  for (const folder of FOLDERS) expect(texts.some(({ path }) => path.startsWith(`${folder}/`))).toBe(true);
});

test.each(VAGUE)('nothing says "%s"', (word) => {
  const found = texts.filter(({ path }) => !isException(word, path)).flatMap((text) => occurrences(word, text));
  expect(found).toEqual([]);
});

test.each(EXCEPTIONS)('the exception for "$word" in $path is still needed', ({ word, path }) => {
  const own = texts.filter((text) => text.path === path || text.path.startsWith(`${path}/`));
  expect(own.flatMap((text) => occurrences(word, text))).not.toEqual([]);
});
