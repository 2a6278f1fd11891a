// Computes the index terms of a closed request. The first letter of a term gives its source:
// m: metadata, which all readers may search: reference document, error, scheme and host of the URL;
// c: content: the rest of the URL, payload, response;  r: the whole reference document;
// d and a: a scalar of the payload (data) or of the response (answer) with its path;
// xd and xa: marks a row in which not all of these scalars are indexed.
import type { SearchedRequest } from './search-index.store';
import type { JsonSide } from './word-conditions.store';

const META_WORDS = 100;
/** Distinct words of a payload, and of a response. */
const BODY_WORDS = 500;
const BODY_LEAVES = 4_000;
/** Characters of a payload or a response that are searched for words. */
const BODY_CHARACTERS = 64 * 1024;

const LEAF_LETTER: Record<JsonSide, string> = { data: 'd', response: 'a' };

/** The term that marks rows in which not all scalars are indexed. */
export function incompleteWord(side: JsonSide): string {
  return `x${LEAF_LETTER[side]}`;
}

export function indexedLeaf(side: JsonSide, ...leaf: Parameters<typeof leafWord>): string {
  return LEAF_LETTER[side] + leafWord(...leaf);
}

/** All readers may search META. CONTENT needs a role that reads content. */
export const META = 'm';
export const CONTENT = 'c';
export const REFERENCE = 'r';

/** The terms of a request: at most 9,203, each of at most 101 characters. */
export function indexWords(request: SearchedRequest): string[] {
  const words = new Set<string>();
  const { referenceDocument, url, error, payload, response } = request;
  const [host, rest] = partsOfUrl(url);
  if (referenceDocument) words.add(REFERENCE + referenceWord(referenceDocument));
  addWords(words, META, META_WORDS, [referenceDocument, host, error]);
  addWords(words, CONTENT, META_WORDS, [rest]);
  addBody(words, 'data', payload);
  addBody(words, 'response', response);
  return [...words];
}

function partsOfUrl(url: string): [host: string, rest: string] {
  const { origin, href } = URL.parse(url) ?? { origin: '', href: url };
  return href.startsWith(origin) ? [origin, decoded(href.slice(origin.length))] : [origin, decoded(href)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function addWords(words: Set<string>, letter: string, most: number, texts: readonly (string | null)[]): void {
  const limit = words.size + most;
  for (const text of texts) {
    for (const word of wordsIn(text?.slice(0, 2 * BODY_CHARACTERS) ?? '')) {
      if (words.size >= limit) return;
      // a search in content includes metadata
      if (letter !== CONTENT || !words.has(META + word)) words.add(letter + word);
    }
  }
}

function addBody(words: Set<string>, side: JsonSide, body: Buffer | null): void {
  if (!body || body.length === 0) return;
  const text = body.toString('utf8');
  const value = parsed(text);
  if (value === undefined) addWords(words, CONTENT, BODY_WORDS, [text]);
  else addJson(words, side, value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Keys are not indexed, because they are the same in each row.
function addJson(words: Set<string>, side: JsonSide, value: unknown): void {
  const texts: string[] = [];
  const leaves = new Set<string>();
  let characters = 0;
  const sawAll = eachLeaf(value, (path, leaf) => {
    if (leaves.size < BODY_LEAVES) leaves.add(indexedLeaf(side, path, leaf));
    if (leaf !== null && typeof leaf !== 'boolean') {
      const text = String(leaf).slice(0, BODY_CHARACTERS - characters);
      characters += text.length;
      texts.push(text);
    }
    return leaves.size < BODY_LEAVES || characters < BODY_CHARACTERS;
  });
  for (const leaf of leaves) words.add(leaf);
  if (!sawAll || leaves.size === BODY_LEAVES) words.add(incompleteWord(side));
  // one long text is faster than many short ones
  addWords(words, CONTENT, BODY_WORDS, [texts.join('\n')]);
}

// Splits texts and search queries into words.

/** Longer words are truncated. */
const MAX_CHARACTERS = 100;

const ASCII = /^[\0-\x7f]*$/;
const ASCII_WORD = /[0-9]+(?:\.[0-9]+)+|[a-z0-9]+/g;
const WORD = /[0-9]+(?:\.[0-9]+)+|[\p{L}\p{N}]+/gu;
/** Combining marks, such as Arabic vowel signs, and the tatweel, which only stretches a word. */
const MARK = /[\p{M}\u0640]+/gu;
/** How a sigma is written at the end of a word: the beginning of a word may end with it, too, in a search. */
const FINAL_SIGMA = /\u03c2/g;
const ARABIC_DIGIT = /[\u0660-\u0669\u06f0-\u06f9]/g;

/**
 * Normalises a text for comparison: lower case, NFKC, Arabic-Indic and Persian digits as 0 to 9, without combining
 * marks, and with one form of the small sigma.
 */
export function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(MARK, '')
    .replace(FINAL_SIGMA, '\u03c3')
    .replace(ARABIC_DIGIT, (digit) => String(digit.charCodeAt(0) & 0xf));
}

/** The words of a text, in order, with repetitions: sequences of letters and digits, and numbers such as 561.80. */
export function wordsIn(text: string): string[] {
  const plain = folded(text);
  const words = plain.match(ASCII.test(plain) ? ASCII_WORD : WORD) ?? [];
  for (const [index, word] of words.entries()) if (word.length > MAX_CHARACTERS) words[index] = cut(word);
  return words;
}

/** The whole name of a document as one word. */
export function referenceWord(text: string): string {
  return cut(
    folded(text.toWellFormed())
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim(),
  );
}

/** Truncates a word, but not within a character. */
function cut(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  const short = text.slice(0, MAX_CHARACTERS);
  return short.isWellFormed() ? short : short.slice(0, -1);
}

// The strings, numbers, booleans and nulls of a JSON value, each with the keys on its path.

export type JsonScalar = string | number | boolean | null;

/** Deeper values are ignored, because a partner can send JSON that is deeper than any stack. */
const MAX_LEVELS = 100;

/** The separator before each key of a path. */
const KEY = '\u0001';

/** The keys on the path of a value. Indexes of lists are omitted, because containment ignores them. */
export function leafPath(keys: readonly string[]): string {
  return keys.map((key) => KEY + key).join('');
}

/**
 * Visits each scalar of a value until `visit` returns false.
 * @returns whether all scalars were visited
 */
export function eachLeaf(value: unknown, visit: (path: string, leaf: JsonScalar) => boolean): boolean {
  return walk(value, '', MAX_LEVELS, visit);
}

function walk(
  value: unknown,
  path: string,
  levels: number,
  visit: (path: string, leaf: JsonScalar) => boolean,
): boolean {
  if (value === null || typeof value !== 'object') return visit(path, value as JsonScalar);
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((each) => walk(each, path, levels - 1, visit));
  for (const key in value) {
    if (!walk((value as Record<string, unknown>)[key], path + KEY + key, levels - 1, visit)) return false;
  }
  return true;
}

/**
 * A hash of 41 bits of a scalar and its path. Different scalars rarely have the same hash. Numbers with the same value
 * have the same hash: 1, 1.0 and 1e0.
 */
export function leafWord(path: string, leaf: JsonScalar): string {
  const kind = leaf === null ? 'z' : typeof leaf;
  return shortHash(`${path}\u0001=${kind[0]}${leaf ?? ''}`);
}

// a constant, because a property access per character would dominate the cost
const { imul } = Math;

// cyrb53 costs a hundredth of a cryptographic hash. A forced collision only makes a search test one row more
function shortHash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    a = imul(a ^ c, 2654435761);
    b = imul(b ^ c, 1597334677);
  }
  a = imul(a ^ (a >>> 16), 2246822507) ^ imul(b ^ (b >>> 13), 3266489909);
  b = imul(b ^ (b >>> 16), 2246822507) ^ imul(a ^ (a >>> 13), 3266489909);
  return inBase36((b & 0x1ff) * 2 ** 32 + (a >>> 0));
}

const FOUR_DIGITS = 36 ** 4;

// in two parts, because V8 divides numbers beyond 32 bits as floating-point ones, digit by digit
function inBase36(number: number): string {
  if (number < FOUR_DIGITS) return number.toString(36);
  const high = Math.floor(number / FOUR_DIGITS);
  return high.toString(36) + (number - high * FOUR_DIGITS).toString(36).padStart(4, '0');
}
