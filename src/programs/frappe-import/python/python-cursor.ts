// The position of a parser in the tokens of an expression.
import { NotCarried } from '../reading/not-carried';
import type { PythonNode, Shape } from './python-syntax';
import { type Token, tokensOf } from './python-tokens';

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
