import type { PythonNode } from '../python/python-syntax';

/** An expression as Liquid can write it, which has no brackets and no choices of its own. */
export type LiquidValue =
  /** `text`: what stands between the braces. `printed`: what comes of it, where that is fixed. */
  | { kind: 'plain'; text: string; printed: string | null; isPath: boolean }
  | { kind: 'choice'; condition: LiquidCondition; yes: LiquidValue; no: LiquidValue }
  /** Printed one behind the other. */
  | { kind: 'row'; items: LiquidValue[] };

export type LiquidCondition =
  | { kind: 'atom'; text: string }
  | { kind: 'all' | 'any'; items: LiquidCondition[] }
  | { kind: 'fixed'; holds: boolean };

/** What the parts of the translation call for the nodes inside theirs. */
export interface LiquidTranslate {
  value(node: PythonNode): LiquidValue;
  condition(node: PythonNode, isNegated: boolean): LiquidCondition;
  /** Whether a name was set, or runs through a loop. */
  isKnown(name: string): boolean;
  isInLoop(): boolean;
  /** Puts a tag before the one that is being written. */
  before(tag: string): void;
  newName(): string;
}

export function plain(text: string, printed: string | null = null): LiquidValue {
  return { kind: 'plain', text, printed, isPath: false };
}

export const NOTHING = plain('""', '');

/** A text in quotes. Braces and what cannot be seen are escaped: they would end the tag, or hide. */
export function liquidText(value: string): string {
  const escaped = value.replace(/["\\]/g, '\\$&').replace(/[{}%\p{Cc}\u2028\u2029]/gu, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

/** Whether Hookledger changes such a text where it is printed inside a JSON text. */
export function isEscaped(text: string): boolean {
  return /["\\\p{Cc}]/u.test(text);
}

export const IS_ESCAPED = 'puts a quotation mark, a backslash or a line break into a value: values are escaped here';
