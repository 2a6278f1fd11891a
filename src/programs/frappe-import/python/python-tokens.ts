// The tokens of a Python expression, in a Frappe condition or between the braces of a Jinja template.
import { NotCarried } from '../reading/not-carried';
import { readText } from './python-text';

type TokenKind = 'name' | 'number' | 'text' | 'sign' | 'end';

export interface Token {
  kind: TokenKind;
  /** The source text; of a string, its value. */
  text: string;
  start: number;
  end: number;
}

const SPACE = /[ \t\f\v\r]+/y;
const NAME = /[\p{ID_Start}_]\p{ID_Continue}*/uy;
const DIGITS = '\\d(?:_?\\d)*';
const NUMBER = new RegExp(
  `0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:(?:${DIGITS})?\\.${DIGITS}|${DIGITS}\\.?)(?:[eE][+-]?${DIGITS})?`,
  'y',
);
const SIGN = /\*\*|\/\/|<<|>>|<=|>=|==|!=|:=|[-+*/%<>=()[\]{},:.|&^~@;!]/y;
const TEXT_START = /(?:[rRuUbBfF]|[rR][bBfF]|[bBfF][rR])?(?:"""|'''|"|')/y;

/**
 * @param end where to stop reading; positions of tokens are those in the whole source
 * @param lineBreaks whether a line break outside brackets is only space, as in Jinja; in Python it ends an expression
 * @throws NotCarried where there is no token of Python
 */
export function tokensOf(source: string, start: number, end: number, lineBreaks: boolean): Token[] {
  const tokens: Token[] = [];
  let open = 0;
  let at = start;
  while (true) {
    at = afterSpace(source, at, end, lineBreaks || open > 0, tokens.length > 0);
    if (at >= end) break;
    const token = tokenAt(source, at, end);
    if (token.kind === 'sign') open += '([{'.includes(token.text) ? 1 : ')]}'.includes(token.text) ? -1 : 0;
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', start: end, end });
  return tokens;
}

function afterSpace(source: string, from: number, end: number, lineBreaks: boolean, begun: boolean): number {
  let at = from;
  while (at < end) {
    const c = source[at];
    if (c === '#' && !lineBreaks) at = endOfLine(source, at, end);
    else if (c === '\\' && source[at + 1] === '\n') at += 2;
    else if (c === '\n') {
      if (!lineBreaks && begun && source.slice(at, end).trim() !== '') {
        throw new NotCarried('continues after a line break, which ends an expression in Python', at, at + 1);
      }
      at += 1;
    } else {
      const space = match(SPACE, source, at);
      if (space === '') break;
      at += space.length;
    }
  }
  return at;
}

function tokenAt(source: string, at: number, end: number): Token {
  const opening = match(TEXT_START, source, at);
  if (opening !== '') return { kind: 'text', start: at, ...readText(source, at, opening, end) };
  const name = match(NAME, source, at);
  if (name !== '') return { kind: 'name', text: name, start: at, end: at + name.length };
  const number = match(NUMBER, source, at);
  if (number !== '') return numberToken(source, at, number);
  const sign = match(SIGN, source, at);
  if (sign !== '') return { kind: 'sign', text: sign, start: at, end: at + sign.length };
  throw new NotCarried('is not Python', at, at + 1);
}

function numberToken(source: string, start: number, text: string): Token {
  const end = start + text.length;
  if (/[jJ]/.test(source[end] ?? '')) throw new NotCarried('is a complex number', start, end + 1);
  if (/^0\d*[1-9]/.test(text) && /^\d+$/.test(text)) throw new NotCarried('is not a Python number', start, end);
  return { kind: 'number', text, start, end };
}

function endOfLine(source: string, at: number, end: number): number {
  const lineBreak = source.indexOf('\n', at);
  return lineBreak === -1 || lineBreak > end ? end : lineBreak;
}

function match(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? '';
}
