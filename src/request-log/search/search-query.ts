// Checks a search text and makes its query of index terms.
import { quoted } from '../../errors/errors';
import { refuseWithMessage } from '../../values/refuse-argument';
import { CONTENT, META, wordsIn } from './index-terms';
import type { IndexQuery } from './word-conditions.store';

const MAX_SEARCH_CHARACTERS = 500;
const MAX_WORDS = 20;

/**
 * Each word must equal or begin a word of the request, in any order.
 * @param content whether to search content too, not only metadata
 * @throws AppError BAD_USER_INPUT if the text is too long, or has no letter or digit
 */
export function searchQuery(text: string, content: boolean, path: string[]): IndexQuery {
  const name = path.join('.');
  if (text.length > MAX_SEARCH_CHARACTERS) {
    refuseWithMessage(`${name} has ${text.length} characters; at most ${MAX_SEARCH_CHARACTERS} are allowed.`, path);
  }
  const words = [...new Set(wordsIn(text))];
  if (words.length === 0) {
    refuseWithMessage(`${name} ${quoted(text)} has no letter or digit to search for.`, path);
  }
  if (words.length > MAX_WORDS) {
    refuseWithMessage(`${name} has ${words.length} words; at most ${MAX_WORDS} are allowed.`, path);
  }
  const letters = content ? [META, CONTENT] : [META];
  return { terms: words.map((word) => anyOf(letters.map((letter) => prefix(letter + word)))) };
}

/** A tsquery for this word. */
export function exactly(word: string): string {
  return `'${word.replace(/['\\]/g, '$&$&')}'`;
}

/** A tsquery for words that begin with this text. */
export function prefix(word: string): string {
  return `${exactly(word)}:*`;
}

export function anyOf(terms: readonly string[]): string {
  return terms.length === 1 ? (terms[0] as string) : `(${terms.join(' | ')})`;
}
