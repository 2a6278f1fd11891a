import type { ASTNode } from '@marcbachmann/cel-js';

/** The method, function or operator that a node calls. */
export function nameOf(node: ASTNode): string {
  return node.op === 'rcall' || node.op === 'call' ? node.args[0] : node.op;
}

/** All nodes of an expression, including those inside macros. */
export function nodesOf(root: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const open: unknown[] = [root];
  while (open.length > 0) {
    const each = open.pop();
    if (Array.isArray(each)) open.push(...each);
    else if (isNode(each)) {
      found.push(each);
      open.push(each.args);
    }
  }
  return found;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

// Places in texts: CEL counts characters, the library UTF-16 units.

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

/** @param values a text, and others of which the whole numbers are places in it. @returns them with places in UTF-16 units */
export function placesInUnits(values: readonly unknown[]): readonly unknown[] {
  const [text] = values;
  if (!hasPairs(text)) return values;
  return values.map((value) => (typeof value === 'bigint' ? BigInt(unitsBefore(text, Number(value))) : value));
}

/** @param place in UTF-16 units, a whole number; -1: nowhere. @returns it in characters */
export function placeInCharacters(text: unknown, place: unknown): unknown {
  if (!hasPairs(text) || typeof place !== 'bigint' || place < 0n) return place;
  return BigInt([...text.slice(0, Number(place))].length);
}

/** @returns the characters of the text, each a text; null: `separator` is not empty */
export function splitIntoCharacters([text, separator, limit]: readonly unknown[]): unknown[] | null {
  if (!hasPairs(text) || separator !== '') return null;
  const characters = [...text];
  const most = typeof limit === 'bigint' ? Number(limit) : -1;
  if (most < 0 || characters.length <= most) return characters;
  return most === 0 ? [] : [...characters.slice(0, most - 1), characters.slice(most - 1).join('')];
}

function hasPairs(text: unknown): text is string {
  return typeof text === 'string' && PAIR.test(text);
}

/** A place beyond the end stays as far beyond it. */
function unitsBefore(text: string, characters: number): number {
  let [units, left] = [0, characters];
  for (; left > 0 && units < text.length; left -= 1) units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  return units + left;
}

// Parses parts of the CEL grammar that the parser of the library does not support.

/** The text for the parser of the library, and a function from its offsets to those of the original. */
export interface ReadableText {
  readonly text: string;
  originalOffset(offset: number): number;
}

// Matches comments and string literals, raw ones first, to skip them; then a full stop that begins a number.
const LEADING_POINT =
  /\/\/[^\n]*|\b(?:[bB]?[rR]|[rR][bB])(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')|"""(?:\\[\s\S]|[\s\S])*?"""|'''(?:\\[\s\S]|[\s\S])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<![\w)\]}.])\.(?=\d)/g;

/** Replaces `.99` by `0.99`. */
export function readable(original: string): ReadableText {
  const inserted: number[] = [];
  const text = original.replace(LEADING_POINT, (token, at: number) => {
    if (token !== '.') return token;
    inserted.push(at + inserted.length);
    return '0.';
  });
  return { text, originalOffset: (offset) => offset - inserted.filter((place) => place < offset).length };
}

interface Checker {
  check(node: ASTNode, context: unknown): unknown;
  getType(name: string): unknown;
}
interface HasMacro {
  args: ASTNode[];
  macroHasProps?: ASTNode[];
  typeCheck(checker: Checker, macro: HasMacro, context: unknown): unknown;
}
interface Meta {
  macro?: HasMacro;
  check(checker: Checker, node: ASTNode, context: unknown): unknown;
}

/** Must run before an expression is checked. @param text the text from which it was parsed */
export function completeReading(root: ASTNode, text: string): void {
  for (const node of nodesOf(root)) {
    // missing in the types of the library
    const { meta } = node as unknown as { meta: Meta };
    if (nameOf(node) === 'has' && meta.macro) checkAnyOperand(meta.macro);
    if (node.op === 'list' && (node.args as unknown[]).length === 0) letBeOfAnyType(meta);
    if (node.op === 'value' && (node.args as unknown) instanceof Uint8Array) {
      (node as { args: unknown }).args = bytesOf(text.slice(node.start, node.end));
    }
  }
}

// The check of the library requires that the operand begins with a variable, which the evaluation does not need.
function checkAnyOperand(has: HasMacro): void {
  const original = has.typeCheck;
  has.typeCheck = (checker, macro, context) => {
    const path: ASTNode[] = [];
    let node = macro.args[0] as ASTNode;
    while (node.op === '.' || node.op === '.?') {
      path.push(node);
      node = node.args[0] as ASTNode;
    }
    if (path.length === 0 || node.op === 'id') return original(checker, macro, context);
    checker.check(node, context);
    macro.macroHasProps = [...path, node];
    return checker.getType('bool');
  };
}

// The type of the library is a list of an unknown type, which its operators do not accept.
function letBeOfAnyType(list: Meta): void {
  const original = list.check;
  list.check = (checker, node, context) => {
    original(checker, node, context);
    return checker.getType('list<dyn>');
  };
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

// The library uses only the lower byte of each UTF-16 unit.
function bytesOf(literal: string): Uint8Array {
  // a literal of bytes has both
  const [, prefix, quotes] = /^([a-zA-Z]*)("""|'''|"|')/.exec(literal) as unknown as [string, string, string];
  const content = literal.slice(prefix.length + quotes.length, literal.length - quotes.length);
  if (/r/i.test(prefix)) return Uint8Array.from(Buffer.from(content));
  const parts = content.match(/\\[xX][0-9a-fA-F]{2}|\\[0-3][0-7]{2}|\\[\s\S]|[^\\]+/g) ?? [];
  return Uint8Array.from(Buffer.concat(parts.map(bytesOfPart)));
}

function bytesOfPart(part: string): Buffer {
  if (!part.startsWith('\\')) return Buffer.from(part);
  if (/^\\[xX]/.test(part)) return Buffer.from([Number.parseInt(part.slice(2), 16)]);
  if (/^\\[0-3]/.test(part)) return Buffer.from([Number.parseInt(part.slice(1), 8)]);
  const escaped = part.slice(1);
  return Buffer.from(ESCAPES[escaped] ?? escaped);
}
