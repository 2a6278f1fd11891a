import { type ASTNode, TypeError as CelTypeError, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import { CEL } from './cel-environment';
import { completeReading, nameOf, nodesOf, type ReadableText, readable } from './cel-reading';
import { MAX_INT, replaceSteps, StepFault, TooMuch } from './cel-steps';
import { createCompileCache } from './compile-cache';
import { excerpt, type ProgramFault, positionAt } from './text-position';
import type { Subject } from './variables';

/** A compiled CEL expression (cel.dev) that decides whether an event is sent. */
export interface Condition {
  /**
   * @returns whether the event is sent, or why the condition cannot be evaluated; the message does not quote the
   * document
   */
  decide(subject: Subject): Decision;
}

export type Decision = { readonly holds: boolean } | ProgramFault;

/** Cached by text: about 2,000 conditions of average length. */
export const compileCondition = createCompileCache(200_000, compile);

function compile(text: string): Condition | ProgramFault {
  if (text.trim() === '')
    return { message: 'The condition is empty: leave it out, or give null, to send every event.' };
  const source = sourceOf(text);
  try {
    const evaluate = CEL.parse(source.readable.text);
    completeReading(evaluate.ast, source.readable.text);
    const fault = faultOf(source, evaluate.ast, evaluate.check());
    if (fault !== null) return { message: fault };
    replaceSteps(evaluate.ast);
    return { decide: (subject) => decide(source, evaluate, subject) };
  } catch (error) {
    return { message: compileMessage(source, error) };
  }
}

/**
 * The original text and the text for the library. Faults name positions in the original, the library those in its text.
 */
interface Source {
  readonly readable: ReadableText;
  placeOf(offset: number): string;
  part(start: number, end: number): string;
}

function sourceOf(text: string): Source {
  const read = readable(text);
  return {
    readable: read,
    placeOf: (offset) => positionAt(text, read.originalOffset(offset)),
    part: (start, end) => excerpt(text.slice(read.originalOffset(start), read.originalOffset(end))),
  };
}

function faultOf(
  source: Source,
  root: ASTNode,
  check: ReturnType<ReturnType<typeof CEL.parse>['check']>,
): string | null {
  const regular = nodesOf(root).find((node) => nameOf(node) === 'matches');
  if (regular) {
    const place = source.placeOf(regular.start);
    return `matches is not available, at ${place}: use contains, startsWith, endsWith, == or in.`;
  }
  if (!check.valid) return compileMessage(source, check.error);
  const large = tooLargeLiteral(root);
  if (large) {
    const literal = source.part(large.start, large.end);
    return `${literal} is outside of the range of int, at ${source.placeOf(large.start)}: write ${literal}.0 for a double.`;
  }
  if (check.type === 'bool' || check.type === 'dyn') return null;
  return `The condition gives ${check.type}, not bool: compare it with something, such as doc.grand_total > 40000.`;
}

// the library reads integers of any size, and would compare them as no other program does
function tooLargeLiteral(root: ASTNode): ASTNode | undefined {
  const nodes = nodesOf(root);
  const negated = new Set(nodes.filter((node) => nameOf(node) === '-_').map((node) => node.args as unknown));
  return nodes.find((node) => {
    const args: unknown = node.args;
    if (node.op !== 'value' || typeof args !== 'bigint') return false;
    return args > (negated.has(node) ? MAX_INT + 1n : MAX_INT) || args < -MAX_INT - 1n;
  });
}

function compileMessage(source: Source, error: unknown): string {
  if (!(error instanceof ParseError || error instanceof CelTypeError)) return 'The condition cannot be read.';
  const place = error.range ? ` at ${source.placeOf(error.range.start)}` : '';
  const hint =
    error.code === 'unknown_variable' ? ' There are doc, event and user.' : operatorHint(source, error.range?.start);
  return `${wholeCharacters(error.summary, source, error.range?.start)}${place}.${hint}`;
}

const SHIFTS = ' CEL has no shifts and no bitwise operators.';

/** What other languages have, and CEL has not. */
const MISSING: readonly { pattern: RegExp; cure: string }[] = [
  {
    pattern: /^now\s*\(/,
    cure: 'There is no current time, so that a condition has the same answer whenever it is evaluated: timestamp(event.createdAt) is the time of the event.',
  },
  { pattern: /^[&|^~]/, cure: 'CEL has no shifts and no bitwise operators: write && for and, || for or.' },
];

/** For operators of other languages, such as Python and SQL. */
function operatorHint({ readable: { text } }: Source, at = 0): string {
  const rest = text.slice(at);
  const before = text.slice(0, at);
  const missing = MISSING.find(({ pattern }) => pattern.test(rest));
  if (missing) return ` ${missing.cure}`;
  if (rest.startsWith('>') && before.endsWith('>')) return SHIFTS;
  if (rest.startsWith('<') && before.endsWith('<')) return SHIFTS;
  if (rest.startsWith('*') && before.endsWith('*')) return ' There is no power: multiply.';
  if (/^=(?!=)/.test(rest)) return ' Write == to compare.';
  if (rest.startsWith('>') && before.endsWith('<')) return ' Write != for unequal.';
  const isWord = /^(?:and|or)\b/i.test(rest) || /\bnot\s+$/i.test(before);
  return isWord ? ' Write && for and, || for or, ! for not.' : '';
}

// The library quotes only the first surrogate of an unexpected character, and of a word its last letter.
function wholeCharacters(summary: string, { readable: { text } }: Source, at = 0): string {
  const word = /^[A-Za-z_]\w*/.exec(text.slice(at))?.[0];
  if (word !== undefined && summary.startsWith('Unexpected character: ')) return `Unexpected word: ${excerpt(word)}`;
  return summary.replace(/\p{Cs}/gu, () => String.fromCodePoint(text.codePointAt(at) ?? 0xfffd)).toWellFormed();
}

function decide(source: Source, evaluate: (context: object) => unknown, subject: Subject): Decision {
  try {
    const { event, user } = subject;
    const result: unknown = evaluate({ doc: subject.celDocument(), event, user });
    if (typeof result === 'boolean') return { holds: result };
    return { message: `The condition gave ${kindOf(result)}, not true or false.` };
  } catch (error) {
    return { message: evaluationMessage(source, error) };
  }
}

// Only messages of the library about types are shown, because the others quote values.
const TYPE_CODES = ['no_such_overload', 'no_matching_overload', 'invalid_condition_type', 'invalid_logical_operand'];

function evaluationMessage(source: Source, error: unknown): string {
  if (error instanceof TooMuch) return `The condition was stopped: ${error.message}.`;
  if (error instanceof StepFault) {
    const { start, end } = error.node;
    return `${source.part(start, end)} (${source.placeOf(start)}) ${error.message}.`;
  }
  if (!(error instanceof EvaluationError) || !error.node) return 'The condition cannot be evaluated for this document.';
  const { start, end } = error.node;
  const place = source.placeOf(error.range?.start ?? start);
  const part = source.part(start, end);
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
