// Translates the expressions between Jinja's braces to Liquid.

import { dottedName, integerOf, type NodeOf, type PythonNode } from '../python/python-tokens';
import { NotCarried } from '../reading/read-export';
import { applyFilter, argumentText } from './jinja-filters';
import { type LiquidTranslate, type LiquidValue, liquidPath, liquidText, NOTHING, plain } from './liquid-translate';

export function liquidValue(l: LiquidTranslate, node: PythonNode): LiquidValue {
  const path = liquidPath(l, node);
  if (path !== null) return { kind: 'plain', text: path, printed: null, isPath: true };
  switch (node.kind) {
    case 'text':
      return plain(liquidText(node.value), node.value);
    case 'number':
    case 'unary':
      return numberValue(l, node);
    case 'constant':
      return constant(node.value);
    case 'filter':
      return applyFilter(l, node);
    case 'logic':
      return pick(l, node.operator, node.items);
    case 'choice':
      return choose(l, node.condition, l.value(node.yes), node.no ? l.value(node.no) : NOTHING);
    case 'comparison':
    case 'not':
      return choose(l, node, constant(true), constant(false));
    case 'binary':
      return computed(l, node);
    case 'call':
      return call(l, node);
    default:
      throw refused(node, node.kind === 'list' ? 'is a list' : 'is not available: an event has only doc');
  }
}

// Python prints True and False; an empty value is printed as an empty text
function constant(value: true | false | null): LiquidValue {
  return plain(value === null ? 'nil' : String(value), value === null ? '' : value ? 'True' : 'False');
}

function numberValue(l: LiquidTranslate, node: PythonNode): LiquidValue {
  if (node.kind === 'unary') {
    const sign = node.operator === '-' ? '-' : '';
    if (node.of.kind === 'number') return plain(`${sign}${numberText(node.of)}`);
    return sign === '' ? l.value(node.of) : times(l, node.of, '-1');
  }
  return plain(numberText(node as NodeOf<'number'>));
}

function times(l: LiquidTranslate, node: PythonNode, by: string): LiquidValue {
  const of = l.value(node);
  if (of.kind !== 'plain') throw refused(node, 'computes with a conditional expression');
  return plain(`${of.text} | times: ${by}`);
}

function numberText(node: NodeOf<'number'>): string {
  const integer = integerOf(node);
  if (integer !== null && integer <= BigInt(Number.MAX_SAFE_INTEGER)) return String(integer);
  const text = String(Number(node.text.replaceAll('_', '')));
  if (integer !== null || /[en]/.test(text)) throw refused(node, 'is a number that Liquid cannot write');
  return /\./.test(text) ? text : `${text}.0`;
}

// `a or b` is a if a is true in Python, otherwise b
function pick(l: LiquidTranslate, operator: 'and' | 'or', items: readonly PythonNode[]): LiquidValue {
  const [first, ...rest] = items as [PythonNode, ...PythonNode[]];
  if (rest.length === 0) return l.value(first);
  const other = pick(l, operator, rest);
  return operator === 'or' ? choose(l, first, l.value(first), other) : choose(l, first, other, l.value(first));
}

function choose(l: LiquidTranslate, node: PythonNode, yes: LiquidValue, no: LiquidValue): LiquidValue {
  const condition = l.condition(node, false);
  if (condition.kind === 'fixed') return condition.holds ? yes : no;
  return { kind: 'choice', condition, yes, no };
}

const FILTERS: Record<string, string> = { '+': 'plus', '-': 'minus', '*': 'times' };

function computed(l: LiquidTranslate, node: NodeOf<'binary'>): LiquidValue {
  if (node.operator === '~' || (node.operator === '+' && isText(node))) {
    return { kind: 'row', items: [...rowItems(l, node.left), ...rowItems(l, node.right)] };
  }
  if (isText(node.left) || isText(node.right)) throw refused(node, `computes a text with ${node.operator}`);
  const divisor = node.operator === '/' && node.right.kind === 'number' ? Number(node.right.text) : 0;
  if (divisor !== 0) return chained(l, node, `divided_by: ${numberText(node.right as NodeOf<'number'>)}`);
  const filter = FILTERS[node.operator];
  if (filter === undefined) throw refused(node, `computes with ${node.operator}`);
  if (node.operator === '+' && node.left.kind !== 'number' && node.right.kind !== 'number') {
    throw refused(node, 'adds two fields, which joins them where they are texts');
  }
  return chained(l, node, `${filter}: ${argumentText(l, node.right)}`);
}

function chained(l: LiquidTranslate, node: NodeOf<'binary'>, filter: string): LiquidValue {
  const of = l.value(node.left);
  if (of.kind !== 'plain') throw refused(node, 'computes with a conditional expression');
  return plain(`${of.text} | ${filter}`);
}

function rowItems(l: LiquidTranslate, node: PythonNode): LiquidValue[] {
  const value = l.value(node);
  return value.kind === 'row' ? value.items : [value];
}

function isText(node: PythonNode): boolean {
  if (node.kind === 'binary' && node.operator === '+') return isText(node.left) || isText(node.right);
  return node.kind === 'text' || (node.kind === 'binary' && node.operator === '~');
}

// Methods of Python's strings that are also filters of Jinja
const METHODS: Record<string, string> = { lower: 'lower', upper: 'upper', strip: 'trim', replace: 'replace' };

function call(l: LiquidTranslate, node: NodeOf<'call'>): LiquidValue {
  const name = dottedName(node.of);
  if (node.of.kind !== 'member') throw refused(node, 'is not supported as a function');
  const { of, name: method } = node.of;
  if (name !== null && /^(frappe|utils|json)\./.test(name)) throw refused(node, "is Frappe's own function");
  if (method === 'get') return getOr(l, node, of);
  const filter = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (filter !== undefined) return applyFilter(l, { ...node, kind: 'filter', of, name: filter });
  throw refused(
    node,
    of.kind === 'name' && of.name === 'doc'
      ? 'calls Frappe, which is not possible for an event'
      : 'is not supported as a method',
  );
}

function getOr(l: LiquidTranslate, node: NodeOf<'call'>, of: PythonNode): LiquidValue {
  const [key, otherwise, ...more] = node.args.positional;
  const path = key?.kind === 'text' ? liquidPath(l, { ...node, kind: 'index', of, index: key }) : null;
  if (path === null || !otherwise || more.length > 0 || node.args.named.length > 0) {
    throw refused(node, 'reads a field by a name that is not fixed');
  }
  const condition = { kind: 'atom' as const, text: `${path} != nil` };
  const yes = { kind: 'plain' as const, text: path, printed: null, isPath: true };
  return { kind: 'choice', condition, yes, no: l.value(otherwise) };
}

function refused(node: PythonNode, reason: string): NotCarried {
  return new NotCarried(reason, node.start, node.end);
}
