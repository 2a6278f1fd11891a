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
