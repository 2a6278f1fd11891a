// What the time limit does not stop: a single step that makes, or looks through, something enormous.
import type { ASTNode } from '@marcbachmann/cel-js';

/** Characters of a text, or elements of a list, that a condition may make. */
const MOST_MADE = 1_000_000;
/** Characters looked through times characters looked for: what takes some 10 ms at worst. */
const MOST_COMPARISONS = 20_000_000;

/** Thrown by a guard; the message never quotes a value. */
export class TooMuch extends Error {}

type Handle = (...values: unknown[]) => unknown;
type Guard = (values: readonly unknown[]) => void;

const GUARDS: Record<string, Guard> = {
  '+': ([left, right]) => allowMade(sizeOf(left) + sizeOf(right)),
  join: ([list, separator]) => {
    const parts = Array.isArray(list) ? list : [];
    allowMade(parts.reduce((total: number, part) => total + sizeOf(part) + sizeOf(separator), 0));
  },
  contains: allowComparisons,
  indexOf: allowComparisons,
  lastIndexOf: allowComparisons,
  split: allowComparisons,
};

/**
 * Puts a guard before each step of a checked expression that needs one. On its nodes, because the library does not let
 * its own operators be replaced: `handle` is what the type check has chosen for a node, and what evaluating it calls.
 */
export function guardSteps(root: ASTNode): void {
  for (const node of nodesOf(root)) {
    const guard = GUARDS[nameOf(node)];
    const step = node as { handle?: Handle };
    const handle = step.handle;
    if (!guard || !handle) continue;
    step.handle = (...values) => {
      guard(node.op === 'rcall' ? (values[0] as unknown[]) : values);
      return handle(...values);
    };
  }
}

/** What a node calls: a method's or a function's name, or an operator. */
export function nameOf(node: ASTNode): string {
  return node.op === 'rcall' || node.op === 'call' ? node.args[0] : node.op;
}

/** All nodes of an expression, those inside macros too. */
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

function allowMade(size: number): void {
  if (size > MOST_MADE) throw new TooMuch(`it makes a text or list of more than ${MOST_MADE} characters or elements`);
}

function allowComparisons([text, wanted]: readonly unknown[]): void {
  if (sizeOf(text) * sizeOf(wanted) > MOST_COMPARISONS)
    throw new TooMuch('it looks for too long a text in a long text');
}

function sizeOf(value: unknown): number {
  return (value as { length?: number } | null | undefined)?.length ?? 0;
}
