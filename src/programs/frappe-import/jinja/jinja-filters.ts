// The filters that have the same meaning in Jinja and in Liquid.

import type { Arguments, NodeOf, PythonNode } from '../python/python-tokens';
import { NotCarried } from '../reading/read-export';
import {
  IS_ESCAPED,
  isEscaped,
  type LiquidTranslate,
  type LiquidValue,
  liquidText,
  NOTHING,
  plain,
} from './liquid-translate';

type Filter = NodeOf<'filter'>;

const ALIKE: Record<string, string> = {
  abs: 'abs',
  capitalize: 'capitalize',
  count: 'size',
  e: 'escape',
  escape: 'escape',
  first: 'first',
  last: 'last',
  len: 'size',
  length: 'size',
  lower: 'downcase',
  trim: 'strip',
  upper: 'upcase',
};

const UNLIKE: Record<string, string> = {
  round: 'rounds halves to even in Python, and up in Liquid',
  int: 'has no equal in Liquid, which rounds by floor or ceil',
  float: 'has no equal in Liquid',
  flt: 'has no equal in Liquid',
  format: 'has no equal in Liquid',
  urlencode: 'keeps other characters than url_encode: a URL is encoded without it',
};

/** @throws NotCarried for a filter, or an argument of one, without an equivalent in Liquid */
export function applyFilter(l: LiquidTranslate, node: Filter): LiquidValue {
  const { name, args } = node;
  if (name === 'default' || name === 'd') return withDefault(l, node);
  const of = l.value(node.of);
  if (name === 'list' && isBare(args)) return of;
  if ((name === 'tojson' || name === 'json') && isBare(args)) return json(of, node);
  const filter = filterText(l, node);
  return mapped(of, node, (text) => `${text} | ${filter}`);
}

function filterText(l: LiquidTranslate, node: Filter): string {
  const { name, args } = node;
  const alike = Object.hasOwn(ALIKE, name) ? ALIKE[name] : undefined;
  if (alike !== undefined && isBare(args)) return alike;
  if (name === 'replace' && args.positional.length === 2 && args.named.length === 0) {
    const [wanted, replacement] = args.positional as [PythonNode, PythonNode];
    return `replace: ${argumentText(l, wanted)}, ${printedArgument(l, replacement)}`;
  }
  if (name === 'join') return joinText(l, node);
  if (name === 'map' && args.positional.length === 0) return `map: ${attribute(args, node)}`;
  const why = Object.hasOwn(UNLIKE, name) ? UNLIKE[name] : 'has no equal in Liquid';
  throw refused(node, alike === undefined ? `uses the filter ${name}, which ${why}` : `gives ${name} an argument`);
}

function joinText(l: LiquidTranslate, node: Filter): string {
  const { positional, named } = node.args;
  const [separator, ...more] = positional;
  if (more.length > 0 || named.some((each) => each.name !== 'attribute')) throw refused(node, 'joins in its own way');
  // Liquid joins with a space by default
  const join = `join: ${separator ? printedArgument(l, separator) : '""'}`;
  return named.length > 0 ? `map: ${attribute(node.args, node)} | ${join}` : join;
}

function attribute(args: Arguments, node: Filter): string {
  const [only, ...more] = args.named;
  if (only?.name !== 'attribute' || only.value.kind !== 'text' || more.length > 0 || only.value.value.includes('.')) {
    throw refused(node, 'has no fixed attribute');
  }
  return liquidText(only.value.value);
}

/** An argument, or another part that must be one word in Liquid. */
export function argumentText(l: LiquidTranslate, node: PythonNode): string {
  const value = l.value(node);
  if (value.kind === 'plain' && !value.text.includes(' | ')) return value.text;
  throw refused(node, 'is computed where Liquid takes a plain value');
}

// Outputs are escaped for the JSON text around them: text that a template adds would be escaped too
function printedArgument(l: LiquidTranslate, node: PythonNode): string {
  if (node.kind === 'text' && isEscaped(node.value)) throw refused(node, IS_ESCAPED);
  return argumentText(l, node);
}

// Jinja's default is for undefined values, and with `true` for false ones as well. null counts as undefined, because
// Jinja would print None.
function withDefault(l: LiquidTranslate, node: Filter): LiquidValue {
  const [otherwise, whenFalse, ...more] = node.args.positional;
  const named = new Map(node.args.named.map(({ name, value }) => [name, value]));
  const fallback = otherwise ?? named.get('default_value');
  const flag = whenFalse ?? named.get('boolean');
  const of = l.value(node.of);
  const isKnown = [...named.keys()].every((name) => name === 'default_value' || name === 'boolean');
  if (more.length > 0 || !isKnown || (flag && flag.kind !== 'constant')) throw refused(node, 'has other arguments');
  if (of.kind !== 'plain' || !of.isPath) throw refused(node, 'gives a default to what was computed');
  const no = fallback ? l.value(fallback) : NOTHING;
  if (flag?.kind === 'constant' && flag.value === true) {
    return { kind: 'choice', condition: l.condition(node.of, false), yes: of, no };
  }
  return { kind: 'choice', condition: { kind: 'atom', text: `${of.text} != nil` }, yes: of, no };
}

// A missing field is null in Frappe, but an error in an output of Hookledger
function json(of: LiquidValue, node: Filter): LiquidValue {
  if (of.kind !== 'plain' || !of.isPath || of.text === 'doc') return mapped(of, node, (text) => `${text} | json`);
  const condition = { kind: 'atom' as const, text: `${of.text} != nil` };
  return { kind: 'choice', condition, yes: plain(`${of.text} | json`), no: plain('nil | json', 'null') };
}

function mapped(value: LiquidValue, node: PythonNode, change: (text: string) => string): LiquidValue {
  if (value.kind === 'plain') {
    if (value.text.endsWith(' | json')) throw refused(node, 'filters what is complete JSON');
    if (value.printed !== null && isEscaped(value.printed) && !change('').endsWith(' | json')) {
      throw refused(node, IS_ESCAPED);
    }
    return plain(change(value.text));
  }
  if (value.kind === 'row') throw refused(node, 'filters what was joined with ~');
  return { ...value, yes: mapped(value.yes, node, change), no: mapped(value.no, node, change) };
}

function isBare(args: Arguments): boolean {
  return args.positional.length + args.named.length === 0;
}

function refused(node: PythonNode, reason: string): NotCarried {
  return new NotCarried(reason, node.start, node.end);
}
