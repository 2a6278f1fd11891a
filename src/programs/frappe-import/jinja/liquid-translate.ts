import type { PythonNode } from '../python/python-syntax';

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
