import { integerOf, type PythonNode } from '../python/python-tokens';
import { NotCarried } from '../reading/read-export';

/** An expression of Liquid, which has neither brackets nor conditional expressions. */
export type LiquidValue =
  /** `text`: the text between the braces. `printed`: its output, if that is fixed. */
  | { kind: 'plain'; text: string; printed: string | null; isPath: boolean }
  | { kind: 'choice'; condition: LiquidCondition; yes: LiquidValue; no: LiquidValue }
  /** Printed one after the other. */
  | { kind: 'row'; items: LiquidValue[] };

export type LiquidCondition =
  | { kind: 'atom'; text: string }
  | { kind: 'all' | 'any'; items: LiquidCondition[] }
  | { kind: 'fixed'; holds: boolean };

/** The functions that the parts of the translation call for inner nodes. */
export interface LiquidTranslate {
  value(node: PythonNode): LiquidValue;
  condition(node: PythonNode, isNegated: boolean): LiquidCondition;
  /** Whether a name was set, or is the variable of a loop. */
  isKnown(name: string): boolean;
  isInLoop(): boolean;
  /** Inserts a tag before the current one. */
  before(tag: string): void;
  newName(): string;
}

export function plain(text: string, printed: string | null = null): LiquidValue {
  return { kind: 'plain', text, printed, isPath: false };
}

export const NOTHING = plain('""', '');

/** A text in quotes. Braces, which would end the tag, and invisible characters are escaped. */
export function liquidText(value: string): string {
  const escaped = value.replace(/["\\]/g, '\\$&').replace(/[{}%\p{Cc}\u2028\u2029]/gu, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

/** Whether Hookledger escapes part of such a text when it is printed inside a JSON text. */
export function isEscaped(text: string): boolean {
  return /["\\\p{Cc}]/u.test(text);
}

export const IS_ESCAPED = 'puts a quotation mark, a backslash or a line break into a value: values are escaped here';

const LOOP: Record<string, string> = {
  index: 'index',
  index0: 'index0',
  first: 'first',
  last: 'last',
  length: 'length',
  revindex: 'rindex',
  revindex0: 'rindex0',
};

/** `doc.items[0].qty`, a variable or a count of the loop, in Liquid; null for anything else. @throws NotCarried */
export function liquidPath(l: LiquidTranslate, node: PythonNode): string | null {
  if (node.kind === 'name') return node.name === 'doc' || l.isKnown(node.name) ? node.name : null;
  const step = stepOf(node);
  if (step === null) return null;
  if (step.of.kind === 'name' && step.of.name === 'loop' && l.isInLoop()) return loopPath(node, step.key);
  const of = liquidPath(l, step.of);
  if (of === null) return null;
  if (typeof step.key === 'bigint') return `${of}[${step.key}]`;
  if (/^(flags|meta)$|^_/.test(step.key)) {
    throw new NotCarried('belongs to Frappe, not to the document', node.start, node.end);
  }
  return /^[A-Za-z_]\w*$/.test(step.key) ? `${of}.${step.key}` : `${of}[${JSON.stringify(plainKey(step.key, node))}]`;
}

function loopPath(node: PythonNode, key: string | bigint): string {
  const count = typeof key === 'string' && Object.hasOwn(LOOP, key) ? LOOP[key] : undefined;
  if (count === undefined) throw new NotCarried('is not in a Liquid loop', node.start, node.end);
  return `forloop.${count}`;
}

function stepOf(node: PythonNode): { of: PythonNode; key: string | bigint } | null {
  if (node.kind === 'member') return { of: node.of, key: node.name };
  if (node.kind === 'index') {
    const position = integerOf(node.index);
    if (position !== null && position >= 0n) return { of: node.of, key: position };
    return node.index.kind === 'text' ? { of: node.of, key: node.index.value } : null;
  }
  if (node.kind !== 'call' || node.of.kind !== 'member' || node.of.name !== 'get') return null;
  const [key, ...more] = node.args.positional;
  if (key?.kind !== 'text' || more.length > 0 || node.args.named.length > 0) return null;
  return { of: node.of.of, key: key.value };
}

function plainKey(key: string, node: PythonNode): string {
  if (/^[^"\\{}%\p{Cc}]+$/u.test(key)) return key;
  throw new NotCarried('is a field by a name that Liquid cannot write', node.start, node.end);
}
