// Computes the index terms of a closed request. The first letter of a term gives its source:
// m: metadata, which all readers may search: reference document, error, scheme and host of the URL;
// c: content: the rest of the URL, payload, response;  r: the whole reference document;
// d and a: a scalar of the payload (data) or of the response (answer) with its path;
// xd and xa: marks a row in which not all of these scalars are indexed.

import { eachLeaf, leafWord } from './json-scalars';
import type { SearchedRequest } from './request-index.store';
import { referenceWord, wordsIn } from './tokenizer';
import type { JsonSide } from './words.store';

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
