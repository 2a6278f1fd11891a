import { NotCarried } from '../reading/not-carried';

const ESCAPES: Record<string, string> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const HEX_LENGTH: Record<string, number> = { x: 2, u: 4, U: 8 };

/** Reads a Python string in any quotes: its value and its end. @param opening its prefix and opening quotes */
export function readText(source: string, start: number, opening: string, end: number): { text: string; end: number } {
  const prefix = opening.replace(/["']+$/, '').toLowerCase();
  const quotes = opening.slice(prefix.length);
  if (prefix.includes('f')) throw new NotCarried('is an f-string, which computes', start, start + opening.length);
  if (prefix.includes('b')) throw new NotCarried('is a string of bytes', start, start + opening.length);
  let text = '';
  let at = start + opening.length;
  while (!source.startsWith(quotes, at)) {
    const c = source[at] ?? '';
    if (at >= end || (c === '\n' && quotes.length === 1)) {
      throw new NotCarried('begins a string that has no end', start, start + opening.length);
    }
    const piece = c === '\\' ? readEscape(source, at, prefix.includes('r')) : { text: c, length: 1 };
    text += piece.text;
    at += piece.length;
  }
  if (!text.isWellFormed()) throw new NotCarried('holds half of a surrogate pair', start, at);
  return { text, end: at + quotes.length };
}

function readEscape(source: string, at: number, isRaw: boolean): { text: string; length: number } {
  const c = source[at + 1] ?? '';
  if (isRaw) return { text: `\\${c}`, length: 2 };
  const hexLength = HEX_LENGTH[c];
  if (hexLength !== undefined) return readHex(source, at, hexLength);
  if (c === 'N') throw new NotCarried('names a character', at, at + 2);
  const octal = /^[0-7]{1,3}/.exec(source.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) return { text: String.fromCharCode(Number.parseInt(octal, 8)), length: 1 + octal.length };
  // Python keeps the backslash of unknown escapes
  return { text: ESCAPES[c] ?? `\\${c}`, length: 2 };
}

function readHex(source: string, at: number, length: number): { text: string; length: number } {
  const digits = source.slice(at + 2, at + 2 + length);
  const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === length ? Number.parseInt(digits, 16) : -1;
  if (code < 0 || code > 0x10ffff) throw new NotCarried('is not a character', at, at + 2 + length);
  return { text: String.fromCodePoint(code), length: 2 + length };
}
