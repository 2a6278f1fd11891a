// From what somebody types to what the index is asked.
import { quoted } from '../../errors';
import { refuseSaying } from '../../refuse-argument';
import { CONTENT, META } from './index-words';
import type { IndexQuery } from './indexed-condition.store';
import { wordsIn } from './search-words';

export const MAX_SEARCH_CHARACTERS = 500;
const MAX_WORDS = 20;

/**
 * Each word must stand in the request, or begin a word of it, in whatever order.
 * @param content false: only in what everybody may read
 * @throws AppError BAD_USER_INPUT for a text without a letter or digit, or too long
 */
export function searchQuery(text: string, content: boolean, path: string[]): IndexQuery {
  const name = path.join('.');
  if (text.length > MAX_SEARCH_CHARACTERS) {
    refuseSaying(`${name} has ${text.length} characters; at most ${MAX_SEARCH_CHARACTERS} are taken.`, path);
  }
  const words = [...new Set(wordsIn(text))];
  if (words.length === 0) {
    refuseSaying(`${name} ${quoted(text)} has no letter and no digit: there is nothing to search for.`, path);
  }
  if (words.length > MAX_WORDS) {
    refuseSaying(`${name} has ${words.length} words; at most ${MAX_WORDS} are taken.`, path);
  }
  const letters = content ? [META, CONTENT] : [META];
  return { terms: words.map((word) => anyOf(letters.map((letter) => prefix(letter + word)))) };
}

/** A word that is there. */
export function exactly(word: string): string {
  return `'${word.replace(/['\\]/g, '$&$&')}'`;
}

/** A word that begins like this. */
export function prefix(word: string): string {
  return `${exactly(word)}:*`;
}

export function anyOf(terms: readonly string[]): string {
  return terms.length === 1 ? (terms[0] as string) : `(${terms.join(' | ')})`;
}
