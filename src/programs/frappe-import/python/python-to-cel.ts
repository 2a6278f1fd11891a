// Translates a condition of a Frappe webhook, which is Python over `doc`, to CEL with the same result.

import { NotCarried } from '../reading/read-export';
import {
  and,
  type Cel,
  cel,
  celText,
  choice,
  FALSY,
  not,
  or,
  orNull,
  pathOf,
  primary,
  RANK,
  relation,
  TooLong,
  type Translate,
} from './cel';
import { callOf } from './python-calls';
import { arithmetic, compare, negative, numberLiteral } from './python-operators';
import { parseWhole } from './python-parser';
import { createParser, type NodeOf, type PythonNode } from './python-tokens';

/** Maximum characters of a condition. Usual ones have one line. */
const MAX_SOURCE = 10_000;

interface Translated {
  text: string;
  /** Notes for the owner, as sentences. */
  notes: string[];
}

/**
 * The CEL is never true if Frappe would not send. It is true if Frappe would send, except for operations that make no
 * sense for fields of a document, such as a text times a number, which are errors. Where Python raises an error, the
 * CEL is an error or false.
 * @throws NotCarried that names the first part that cannot be translated exactly
 */
export function pythonToCel(source: string): Translated {
  // as Frappe does before it parses the expression
  const normal = source.normalize('NFKC');
  if (normal.length > MAX_SOURCE) {
    throw new NotCarried(`has ${normal.length} characters; at most ${MAX_SOURCE} are translated`, 0, MAX_SOURCE);
  }
  const notes = new Set<string>();
  const translate = createTranslate((note) => notes.add(note));
  try {
    const { text } = translate.truth(parseWhole(createParser('PYTHON', normal)), 'LOOSE');
    return { text, notes: [...notes] };
  } catch (error) {
    if (error instanceof TooLong) throw new NotCarried(`is too long: ${error.message}`, 0, normal.length);
    throw error;
  }
}

function createTranslate(note: (text: string) => void): Translate {
  const translate: Translate = {
    note,
    value: (node) => valueFor(translate, node),
    nullable: (node) => {
      const path = pathOf(node);
      return path ? orNull(path) : translate.value(node);
    },
    truth: (node, mode) => truthOf(translate, node, mode),
  };
  return translate;
}

function valueFor(t: Translate, node: PythonNode): Cel {
  const path = pathOf(node);
  if (path) return path.value;
  switch (node.kind) {
    case 'number':
      return numberLiteral(node);
    case 'text':
      return celText(node.value);
    case 'constant':
      return primary(String(node.value), node.value === null ? 'NULL' : 'BOOL');
    case 'list':
      return listOf(t, node);
    case 'unary':
      return negative(t, node);
    case 'binary':
      return arithmetic(t, node);
    case 'logic':
      return node.items.every(isBoolean) ? t.truth(node, 'EXACT') : pickOf(t, node.operator, node.items);
    case 'choice':
      return choice(t.truth(node.condition, 'EXACT'), t.nullable(node.yes), t.nullable(node.no as PythonNode));
    case 'call':
      return callOf(t, node);
    case 'comparison':
    case 'not':
      return t.truth(node, 'EXACT');
    default:
      throw new NotCarried(unknown(node), node.start, node.end);
  }
}

function unknown(node: PythonNode): string {
  if (node.kind === 'name' && node.name === 'doc') return 'is the document as a whole';
  return 'is not available: an event has only doc';
}

function listOf(t: Translate, node: NodeOf<'list'>): Cel {
  const items = node.items.map((item) => t.nullable(item));
  if (items.some(({ type }) => type === 'BOOL')) throw new NotCarried('contains a truth value', node.start, node.end);
  const mayFail = items.some((item) => item.mayFail);
  return primary(`[${items.map((item) => item.text).join(', ')}]`, 'LIST', mayFail);
}

// `a or b` is a if a is true, otherwise b: not a truth value
function pickOf(t: Translate, operator: 'and' | 'or', items: readonly PythonNode[]): Cel {
  const [first, ...rest] = items as [PythonNode, ...PythonNode[]];
  if (rest.length === 0) return t.nullable(first);
  const other = pickOf(t, operator, rest);
  const truth = t.truth(first, 'EXACT');
  return operator === 'or' ? choice(truth, t.value(first), other) : choice(truth, other, t.nullable(first));
}

function isBoolean(node: PythonNode): boolean {
  if (node.kind === 'logic') return node.items.every(isBoolean);
  return node.kind === 'comparison' || node.kind === 'not';
}

function truthOf(t: Translate, node: PythonNode, mode: 'LOOSE' | 'EXACT'): Cel {
  if (node.kind === 'logic') return logicOf(t, node, mode);
  if (node.kind === 'not') return not(t.truth(node.of, 'EXACT'));
  if (node.kind === 'comparison') return comparisonOf(t, node, mode);
  if (node.kind === 'choice') {
    const condition = t.truth(node.condition, 'EXACT');
    return choice(condition, t.truth(node.yes, mode), t.truth(node.no as PythonNode, mode));
  }
  if (node.kind === 'constant') return primary(String(node.value === true), 'BOOL');
  const path = pathOf(node);
  if (path) {
    const { text } = path.value;
    t.note(`${text} by itself is asked as in Python: missing, null, 0, "" and what is empty are false.`);
    return and(path.has, not(cel(`${text} in ${FALSY}`, RANK.RELATION, 'BOOL', path.has.mayFail)));
  }
  return truthOfValue(t.value(node), node);
}

function truthOfValue(value: Cel, node: PythonNode): Cel {
  if (value.type === 'BOOL') return value;
  if (value.type === 'INT' || value.type === 'NUMBER') return relation('!=', value, primary('0', 'INT'));
  if (value.type === 'TEXT') return relation('!=', value, celText(''));
  if (value.type === 'DYN') return not(relation('in', value, primary(FALSY, 'LIST')));
  throw new NotCarried('is always the same', node.start, node.end);
}

function logicOf(t: Translate, node: NodeOf<'logic'>, mode: 'LOOSE' | 'EXACT'): Cel {
  const last = node.items.length - 1;
  const items = node.items.map((item, index) => {
    // the part before an `or` decides whether the rest is evaluated
    return t.truth(item, mode === 'LOOSE' && (node.operator === 'and' || index === last) ? 'LOOSE' : 'EXACT');
  });
  return connect(node.operator, items, mode);
}

function comparisonOf(t: Translate, node: NodeOf<'comparison'>, mode: 'LOOSE' | 'EXACT'): Cel {
  let left = node.first;
  const pairs = node.rest.map(({ comparator, operand }) => {
    const pair = compare(t, comparator, left, operand);
    left = operand;
    return pair;
  });
  return connect('and', pairs, mode);
}

// CEL's && and || ignore an error on one side if the other side decides. Python raises an error on the first side, and
// so does a conditional. For && this makes no difference where an error and false have the same effect.
function connect(operator: 'and' | 'or', items: Cel[], mode: 'LOOSE' | 'EXACT'): Cel {
  const [first, ...rest] = items as [Cel, ...Cel[]];
  if (rest.length === 0) return first;
  if (operator === 'and' && mode === 'LOOSE') return and(...items);
  const other = connect(operator, rest, mode);
  if (!first.mayFail) return operator === 'and' ? and(first, other) : or(first, other);
  return operator === 'and'
    ? choice(first, other, primary('false', 'BOOL'))
    : choice(first, primary('true', 'BOOL'), other);
}
