import { type ASTNode, TypeError as CelTypeError, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import { CEL } from './cel-environment';
import { guardSteps, nameOf, nodesOf, TooMuch } from './cel-guards';
import { createCompileCache } from './compile-cache';
import type { Subject } from './subject';
import { excerpt, type ProgramFault, positionAt } from './text-position';

/** A CEL expression (cel.dev) that decides whether an event is sent. Compiled, checked and guarded. */
export interface Condition {
  /** @returns whether the event is wanted, or why that cannot be said: a message that never quotes the document */
  decide(subject: Subject): Decision;
}

export type Decision = { readonly holds: boolean } | ProgramFault;

/** Kept by text, some 2,000 of average length. */
export const compileCondition = createCompileCache(200_000, compile);

function compile(text: string): Condition | ProgramFault {
  try {
    const evaluate = CEL.parse(text);
    const fault = faultOf(text, evaluate.ast, evaluate.check());
    if (fault !== null) return { message: fault };
    guardSteps(evaluate.ast);
    return { decide: (subject) => decide(text, evaluate, subject) };
  } catch (error) {
    return { message: compileMessage(text, error) };
  }
}

function faultOf(text: string, root: ASTNode, check: ReturnType<ReturnType<typeof CEL.parse>['check']>): string | null {
  const regular = nodesOf(root).find((node) => nameOf(node) === 'matches');
  if (regular) {
    const place = positionAt(text, regular.start);
    return `matches is not available, at ${place}: use contains, startsWith, endsWith, == or in.`;
  }
  if (!check.valid) return compileMessage(text, check.error);
  if (check.type === 'bool' || check.type === 'dyn') return null;
  return `The condition gives ${check.type}, not bool: compare it with something, such as doc.grand_total > 40000.`;
}

function compileMessage(text: string, error: unknown): string {
  if (!(error instanceof ParseError || error instanceof CelTypeError)) return 'The condition cannot be read.';
  const place = error.range ? ` at ${positionAt(text, error.range.start)}` : '';
  const hint = error.code === 'unknown_variable' ? ' There are doc, event and user.' : '';
  return `${error.summary}${place}.${hint}`;
}

function decide(text: string, evaluate: (context: object) => unknown, subject: Subject): Decision {
  try {
    const { event, user } = subject;
    const result: unknown = evaluate({ doc: subject.celDocument(), event, user });
    if (typeof result === 'boolean') return { holds: result };
    return { message: `The condition gave ${kindOf(result)}, not true or false.` };
  } catch (error) {
    return { message: evaluationMessage(text, error) };
  }
}

// Of the library's own messages only those that speak of types are passed on: the others quote values.
const TYPE_CODES = ['no_such_overload', 'no_matching_overload', 'invalid_condition_type', 'invalid_logical_operand'];

function evaluationMessage(text: string, error: unknown): string {
  if (error instanceof TooMuch) return `The condition was stopped: ${error.message}.`;
  if (!(error instanceof EvaluationError) || !error.node) return 'The condition cannot be evaluated for this document.';
  const { start, end } = error.node;
  const place = positionAt(text, error.range?.start ?? start);
  const part = excerpt(text.slice(start, end));
  if (error.code === 'no_such_key') {
    const hint = error.node.op === '.' ? `: where a key may be missing, ask has(${part}) first` : '';
    return `There is no ${part} (${place})${hint}.`;
  }
  if (error.code === 'index_out_of_bounds') return `There is no ${part} (${place}): the list is shorter.`;
  const why = TYPE_CODES.includes(error.code) ? `: ${withoutWrappers(error.summary)}` : '';
  return `${part} cannot be evaluated for this document (${place})${why}.`;
}

function withoutWrappers(summary: string): string {
  return summary.replace(/dyn<([^<>]*)>/g, '$1');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : 'a number';
}
