// Jinja's conditions as Liquid's, where `and` and `or` have equal precedence from the right, and there are no brackets.

import type { Comparator, NodeOf, PythonNode } from '../python/python-tokens';
import { NotCarried } from '../reading/read-export';
import { type LiquidCondition, type LiquidTranslate, liquidPath } from './liquid-translate';

/** @param isNegated whether to write the opposite: Liquid cannot negate a group */
export function conditionOf(l: LiquidTranslate, node: PythonNode, isNegated: boolean): LiquidCondition {
  switch (node.kind) {
    case 'not':
      return l.condition(node.of, !isNegated);
    case 'logic': {
      const items = node.items.map((item) => l.condition(item, isNegated));
      return group((node.operator === 'and') !== isNegated ? 'all' : 'any', items);
    }
    case 'comparison':
      return comparison(l, node, isNegated);
    case 'choice':
      return either(l, node, isNegated);
    case 'constant':
      return { kind: 'fixed', holds: (node.value === true) !== isNegated };
    case 'number':
      return { kind: 'fixed', holds: (Number(node.text) !== 0) !== isNegated };
    case 'text':
      return { kind: 'fixed', holds: (node.value !== '') !== isNegated };
    default:
      return truth(operandOf(l, node), isNegated);
  }
}

/** Python's truth: in Liquid only nil and false are false. */
function truth(text: string, isNegated: boolean): LiquidCondition {
  if (/^forloop\.(first|last)$/.test(text)) return atom(isNegated ? `not ${text}` : text);
  if (isNegated) return group('any', [atom(`not ${text}`), atom(`${text} == 0`), atom(`${text} == empty`)]);
  return group('all', [atom(text), atom(`${text} != 0`), atom(`${text} != empty`)]);
}

function either(l: LiquidTranslate, node: NodeOf<'choice'>, isNegated: boolean): LiquidCondition {
  const no: LiquidCondition = node.no ? l.condition(node.no, isNegated) : { kind: 'fixed', holds: isNegated };
  return group('any', [
    group('all', [l.condition(node.condition, false), l.condition(node.yes, isNegated)]),
    group('all', [l.condition(node.condition, true), no]),
  ]);
}

function comparison(l: LiquidTranslate, node: NodeOf<'comparison'>, isNegated: boolean): LiquidCondition {
  let left = node.first;
  const pairs = node.rest.map(({ comparator, operand }) => {
    const pair = compare(l, comparator, left, operand, isNegated);
    left = operand;
    return pair;
  });
  return group(isNegated ? 'any' : 'all', pairs);
}

const OPPOSITES: Record<string, string> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };

function compare(
  l: LiquidTranslate,
  comparator: Comparator,
  left: PythonNode,
  right: PythonNode,
  isNegated: boolean,
): LiquidCondition {
  if (comparator === 'in' || comparator === 'not in') {
    return membership(l, left, right, isNegated !== (comparator === 'not in'));
  }
  if (OPPOSITES[comparator] === undefined) {
    return equality(l, left, right, isNegated !== (comparator === '!=' || comparator === 'is not'));
  }
  const sign = isNegated ? OPPOSITES[comparator] : comparator;
  const [one, other] = [operandOf(l, left), operandOf(l, right)];
  // Liquid orders nil, as less than 1
  const filled = [left, right].filter((node) => liquidPath(l, node) !== null);
  const guards = filled.map((node) => atom(`${liquidPath(l, node)} != nil`));
  return group('all', [...guards, atom(`${one} ${sign} ${other}`)]);
}

function equality(l: LiquidTranslate, left: PythonNode, right: PythonNode, isNegated: boolean): LiquidCondition {
  if (left.kind === 'constant' && right.kind !== 'constant') return equality(l, right, left, isNegated);
  const one = operandOf(l, left);
  const sign = isNegated ? '!=' : '==';
  if (right.kind !== 'constant') return atom(`${one} ${sign} ${operandOf(l, right)}`);
  if (right.value === null) return atom(`${one} ${sign} nil`);
  // Frappe's Check fields are 0 and 1, and in Python 1 == True
  const same = [`${one} ${sign} ${right.value ? 1 : 0}`, `${one} ${sign} ${right.value}`];
  return group(isNegated ? 'all' : 'any', same.map(atom));
}

function membership(l: LiquidTranslate, left: PythonNode, right: PythonNode, isNegated: boolean): LiquidCondition {
  if (right.kind === 'list') {
    const items = right.items.map((item) => equality(l, left, item, isNegated));
    return group(isNegated ? 'all' : 'any', items);
  }
  const text = `${operandOf(l, right)} contains ${operandOf(l, left)}`;
  return atom(isNegated ? `not ${text}` : text);
}

/** An operand. A value with filters is assigned to a name before. */
function operandOf(l: LiquidTranslate, node: PythonNode): string {
  const length = node.kind === 'filter' && /^(length|count|len)$/.test(node.name) ? liquidPath(l, node.of) : null;
  if (length !== null) return `${length}.size`;
  const value = l.value(node);
  if (value.kind !== 'plain')
    throw new NotCarried('is a conditional expression inside a condition', node.start, node.end);
  if (!value.text.includes(' | ')) return value.text;
  const name = l.newName();
  l.before(`{% assign ${name} = ${value.text} %}`);
  return name;
}

function atom(text: string): LiquidCondition {
  return { kind: 'atom', text };
}

function group(kind: 'all' | 'any', items: LiquidCondition[]): LiquidCondition {
  const decisive = kind === 'any';
  if (items.some((item) => item.kind === 'fixed' && item.holds === decisive)) return { kind: 'fixed', holds: decisive };
  const open = items
    .filter((item) => item.kind !== 'fixed')
    .flatMap((item) => (item.kind === kind ? item.items : [item]));
  const [only] = open;
  if (!only) return { kind: 'fixed', holds: !decisive };
  return open.length === 1 ? only : { kind, items: open };
}

export function negated(condition: LiquidCondition): LiquidCondition | null {
  if (condition.kind === 'fixed') return { kind: 'fixed', holds: !condition.holds };
  if (condition.kind !== 'atom') return null;
  const nil = / (==|!=) nil$/.exec(condition.text);
  return nil ? atom(condition.text.slice(0, nil.index) + (nil[1] === '==' ? ' != nil' : ' == nil')) : null;
}

/**
 * As one line: `a and b or c` is `a and (b or c)` in Liquid. A second group, which would need brackets, is evaluated
 * before and assigned to a name.
 */
export function writeCondition(l: LiquidTranslate, condition: LiquidCondition): string {
  if (condition.kind === 'fixed') return String(condition.holds);
  if (condition.kind === 'atom') return condition.text;
  const groups = condition.items.filter((item) => item.kind !== 'atom');
  const [last, ...others] = groups;
  const atoms = condition.items.filter((item) => item.kind === 'atom').map((item) => item.text);
  const named = others.map((item) => nameOf(l, item));
  const items = [...atoms, ...named, ...(last ? [writeCondition(l, last)] : [])];
  return items.join(condition.kind === 'all' ? ' and ' : ' or ');
}

// With `if`, because a missing field is an error in `assign`, but not in `if`
function nameOf(l: LiquidTranslate, condition: LiquidCondition): string {
  const text = writeCondition(l, condition);
  const name = l.newName();
  l.before(`{% if ${text} %}{% assign ${name} = true %}{% else %}{% assign ${name} = false %}{% endif %}`);
  return name;
}
