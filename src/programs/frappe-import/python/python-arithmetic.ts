// Arithmetic with the same result in Python and in CEL, where every number of a document is a double.

import { NotCarried } from '../reading/not-carried';
import { binary, type Cel, cel, inside, primary, RANK } from './cel';
import { pathOf } from './python-path';
import { integerOf, type NodeOf, type PythonNode } from './python-syntax';
import type { Translate } from './python-translate';

const MAX_INT = 2n ** 63n - 1n;
const RANKS: Record<string, number> = { '+': RANK.SUM, '-': RANK.SUM, '*': RANK.PRODUCT };

export function numberLiteral(node: NodeOf<'number'>): Cel {
  const integer = integerOf(node);
  if (integer !== null && integer <= MAX_INT) return primary(String(integer), 'INT');
  const double = integer === null ? Number(node.text.replaceAll('_', '')) : Number(integer);
  if (!Number.isFinite(double)) throw new NotCarried('is too large a number', node.start, node.end);
  return primary(doubleText(double), 'NUMBER');
}

function doubleText(double: number): string {
  const text = String(double);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

export function negative(t: Translate, node: NodeOf<'unary'>): Cel {
  const of = numeric(t, node.of);
  if (node.operator === '+') return of;
  // some parsers read `--5` as one word
  const text = inside(of, RANK.PRIMARY);
  return cel(`-${text}`, RANK.SIGN, of.type === 'DYN' ? 'NUMBER' : of.type, of.mayFail);
}

/** @throws NotCarried for operations that differ in Python: floor division, powers, texts times numbers */
export function arithmetic(t: Translate, node: NodeOf<'binary'>): Cel {
  if (node.operator === '/') return division(t, node);
  if (node.operator === '%') return remainder(node);
  const rank = RANKS[node.operator];
  if (rank === undefined) throw new NotCarried(`computes with ${node.operator}`, node.start, node.end);
  if (node.operator === '+') return sum(t, node);
  return binary(node.operator, rank, 'NUMBER', numeric(t, node.left), numeric(t, node.right), true);
}

function sum(t: Translate, node: NodeOf<'binary'>): Cel {
  const left = t.value(node.left);
  const right = t.value(node.right);
  const kinds = [left, right].map(({ type }) => (type === 'INT' ? 'NUMBER' : type));
  const known = kinds.filter((kind) => kind !== 'DYN');
  const [kind = 'DYN'] = known;
  if (known.some((each) => each !== kind) || !['NUMBER', 'TEXT', 'DYN'].includes(kind)) {
    throw new NotCarried('adds what cannot be added', node.start, node.end);
  }
  return binary('+', RANK.SUM, kind, left, right, true);
}

// CEL gives infinity for a division by zero, where Python raises an error
function division(t: Translate, node: NodeOf<'binary'>): Cel {
  const left = asDouble(numeric(t, node.left));
  const divisor = literalValue(node.right);
  if (divisor !== null && divisor !== 0) {
    return binary('/', RANK.PRODUCT, 'NUMBER', left, primary(doubleText(divisor), 'NUMBER'), true);
  }
  const path = pathOf(node.right);
  if (!path) throw new NotCarried('divides by something other than a number or a field', node.start, node.end);
  const { text } = path.value;
  return binary('/', RANK.PRODUCT, 'NUMBER', left, primary(`(${text} == 0 ? double("") : ${text})`, 'DYN'), true);
}

// Python's remainder has the sign of the divisor, CEL's that of the dividend
function remainder(node: NodeOf<'binary'>): Cel {
  const divisor = literalValue(node.right);
  const path = pathOf(node.left);
  if (divisor === null || divisor <= 0 || !path) {
    throw new NotCarried('is a remainder of something other than a field by a positive number', node.start, node.end);
  }
  const [by, rest] = [doubleText(divisor), `${path.value.text} % ${doubleText(divisor)}`];
  return primary(`(${rest} < 0.0 ? ${rest} + ${by} : ${rest})`, 'NUMBER', true);
}

// int / int would be a whole number
function asDouble(value: Cel): Cel {
  return value.type === 'INT' ? primary(`double(${value.text})`, 'NUMBER', value.mayFail) : value;
}

function literalValue(node: PythonNode): number | null {
  return node.kind === 'number' ? Number(node.text.replaceAll('_', '')) : null;
}

function numeric(t: Translate, node: PythonNode): Cel {
  const value = t.value(node);
  if (['INT', 'NUMBER', 'DYN'].includes(value.type)) return value;
  throw new NotCarried('is not a number', node.start, node.end);
}
