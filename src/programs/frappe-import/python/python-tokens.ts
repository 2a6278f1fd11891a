// The tokens of a Python expression, in a Frappe condition or between the braces of a Jinja template.
import { NotCarried } from '../reading/read-export';

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
function tokensOf(source: string, start: number, end: number, lineBreaks: boolean): Token[] {
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

// A Python expression as a tree, for Frappe's conditions and Jinja's expressions.

export type Comparator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';

/** The position of a node in its source, and its depth. */
interface Placed {
  start: number;
  end: number;
  levels: number;
}

export interface Arguments {
  positional: PythonNode[];
  named: { name: string; value: PythonNode }[];
}

export type Shape =
  | { kind: 'number'; text: string }
  | { kind: 'text'; value: string }
  | { kind: 'constant'; value: true | false | null }
  | { kind: 'name'; name: string }
  | { kind: 'member'; of: PythonNode; name: string }
  | { kind: 'index'; of: PythonNode; index: PythonNode }
  | { kind: 'call'; of: PythonNode; args: Arguments }
  /** `isTuple`: written in round brackets or without brackets. */
  | { kind: 'list'; items: PythonNode[]; isTuple: boolean }
  | { kind: 'unary'; operator: '-' | '+'; of: PythonNode }
  | { kind: 'binary'; operator: string; left: PythonNode; right: PythonNode }
  | { kind: 'comparison'; first: PythonNode; rest: { comparator: Comparator; operand: PythonNode }[] }
  | { kind: 'not'; of: PythonNode }
  | { kind: 'logic'; operator: 'and' | 'or'; items: PythonNode[] }
  /** `no`: null if it is omitted, which Jinja allows. */
  | { kind: 'choice'; condition: PythonNode; yes: PythonNode; no: PythonNode | null }
  /** Jinja's `of | name(args)`. */
  | { kind: 'filter'; of: PythonNode; name: string; args: Arguments };

export type PythonNode = Shape & Placed;
export type NodeOf<Kind extends Shape['kind']> = Extract<Shape, { kind: Kind }> & Placed;

/** The dotted name of a node, such as `frappe.db.get_value`; null: it is not names joined by full stops. */
export function dottedName(node: PythonNode): string | null {
  if (node.kind === 'name') return node.name;
  if (node.kind !== 'member') return null;
  const of = dottedName(node.of);
  return of === null ? null : `${of}.${node.name}`;
}

/** A whole number, such as 12 or -1; null: it is not one. */
export function integerOf(node: PythonNode): bigint | null {
  if (node.kind === 'unary') {
    const of = integerOf(node.of);
    return of !== null && node.operator === '-' ? -of : of;
  }
  if (node.kind !== 'number' || /[.eE]/.test(node.text.replace(/^0[xX].*/, ''))) return null;
  return BigInt(node.text.replaceAll('_', '').toLowerCase());
}

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
function readText(source: string, start: number, opening: string, end: number): { text: string; end: number } {
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

// The position of a parser in the tokens of an expression.

/** JINJA: with filters and `~`, and `none` beside `None`. */
type Dialect = 'PYTHON' | 'JINJA';

/** Maximum nesting, so that a hostile source cannot overflow the stack. */
export const MAX_LEVELS = 100;

export interface Parser {
  dialect: Dialect;
  tokens: Token[];
  /** The index of the next token. */
  at: number;
  /** The number of open levels. */
  open: number;
}

export function createParser(dialect: Dialect, source: string, start = 0, end = source.length): Parser {
  return { dialect, tokens: tokensOf(source, start, end, dialect === 'JINJA'), at: 0, open: 0 };
}

export function next(p: Parser, further = 0): Token {
  return p.tokens[Math.min(p.at + further, p.tokens.length - 1)] as Token;
}

export function before(p: Parser): Token {
  return p.tokens[Math.max(p.at - 1, 0)] as Token;
}

export function isSign(p: Parser, text: string, further = 0): boolean {
  const token = next(p, further);
  return token.kind === 'sign' && token.text === text;
}

export function isWord(p: Parser, text: string, further = 0): boolean {
  const token = next(p, further);
  return token.kind === 'name' && token.text === text;
}

/** Whether only closing brackets are left. */
export function atEnd(p: Parser): boolean {
  return next(p).kind === 'end' || [')', ']', '}'].some((sign) => isSign(p, sign));
}

export function accept(p: Parser, sign: string): boolean {
  if (!isSign(p, sign)) return false;
  p.at += 1;
  return true;
}

export function acceptOne(p: Parser, signs: readonly string[]): string | null {
  return signs.find((sign) => accept(p, sign)) ?? null;
}

export function acceptWord(p: Parser, word: string): boolean {
  if (!isWord(p, word)) return false;
  p.at += 1;
  return true;
}

export function expect(p: Parser, sign: string): void {
  if (!accept(p, sign)) throw unexpected(p);
}

export function expectWord(p: Parser, word: string): true {
  if (!acceptWord(p, word)) throw unexpected(p);
  return true;
}

export function expectName(p: Parser): string {
  const token = next(p);
  if (token.kind !== 'name') throw unexpected(p);
  p.at += 1;
  return token.text;
}

export function refused(p: Parser, reason: string): NotCarried {
  return new NotCarried(reason, next(p).start, next(p).end);
}

export function unexpected(p: Parser): NotCarried {
  return refused(p, next(p).kind === 'end' ? 'ends too early' : 'does not belong here');
}

/** A node from `start` to the last token that was read. @throws NotCarried if it nests too deep */
export function make(p: Parser, shape: Shape, start: number, children: readonly PythonNode[]): PythonNode {
  const levels = 1 + children.reduce((most, child) => Math.max(most, child.levels), 0);
  const { end } = before(p);
  if (levels > MAX_LEVELS) throw new NotCarried(`nests more than ${MAX_LEVELS} levels deep`, start, end);
  return { ...shape, start, end, levels };
}
