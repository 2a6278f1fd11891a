// Arithmetic with the same result in Python and in CEL, where every number of a document is a double.
import { NotCarried } from '../reading/read-export';
import {
  and,
  asNumber,
  binary,
  type Cel,
  cel,
  inside,
  not,
  or,
  type Path,
  pathOf,
  primary,
  RANK,
  relation,
  type Translate,
} from './cel';
import { type Comparator, integerOf, type NodeOf, type PythonNode } from './python-tokens';

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

/** A comparison and its opposite, which is more readable than a `!` before it. */
interface Both {
  holds: Cel;
  fails: Cel;
}

/** One comparison of two values. None equals only None, without an error; it has no order. */
export function compare(t: Translate, comparator: Comparator, left: PythonNode, right: PythonNode): Cel {
  switch (comparator) {
    case '==':
      return equality(t, left, right).holds;
    case '!=':
      return equality(t, left, right).fails;
    case 'is':
      return identity(t, left, right).holds;
    case 'is not':
      return identity(t, left, right).fails;
    case 'in':
      return membership(t, left, right);
    case 'not in':
      return not(membership(t, left, right));
    default:
      return order(t, comparator, left, right);
  }
}

function identity(t: Translate, left: PythonNode, right: PythonNode): Both {
  if (right.kind === 'constant' && right.value === null) return equality(t, left, right);
  throw new NotCarried('compares identity: write == instead', left.start, right.end);
}

function equality(t: Translate, left: PythonNode, right: PythonNode): Both {
  if (left.kind === 'constant' && right.kind !== 'constant') return equality(t, right, left);
  const [path, other] = [pathOf(left), pathOf(right)];
  if (other && !path) return equality(t, right, left);
  if (right.kind === 'constant' && right.value !== null) return sameTruth(t, left, path, right);
  if (!path || other || !isLiteral(right)) return sameOf(t, left, right);
  if (right.kind === 'constant') return noneOf(path);
  // A missing field is None, which equals no literal
  const is = (operator: string) => ifPresent(path, operator, t.value(right));
  return { holds: and(path.has, is('==')), fails: or(not(path.has), is('!=')) };
}

function noneOf(path: Path): Both {
  const is = (operator: string) => ifPresent(path, operator, primary('null', 'NULL'));
  return { holds: or(not(path.has), is('==')), fails: and(path.has, is('!=')) };
}

function ifPresent({ value, has }: Path, operator: string, other: Cel): Cel {
  return { ...relation(operator, value, other), mayFail: has.mayFail || other.mayFail };
}

// Frappe's Check fields are 0 and 1, and in Python 1 == True
function sameTruth(t: Translate, left: PythonNode, path: Path | null, constant: NodeOf<'constant'>): Both {
  const [word, number] = constant.value ? ['True', 1] : ['False', 0];
  const both = primary(`[${constant.value}, ${number}]`, 'LIST');
  if (path) {
    t.note(`${path.value.text} is compared with ${word}: ${number} counts as well.`);
    return opposed(and(path.has, ifPresent(path, 'in', both)));
  }
  const of = t.nullable(left);
  if (of.type === 'BOOL') return constant.value ? opposed(of) : { holds: not(of), fails: of };
  if (of.type === 'DYN') return opposed(relation('in', of, both));
  throw new NotCarried(`is compared with ${word}`, left.start, left.end);
}

function sameOf(t: Translate, left: PythonNode, right: PythonNode): Both {
  if ([left, right].some((node) => node.kind === 'list' && node.isTuple)) {
    throw new NotCarried('compares a tuple, which the document has none of', left.start, right.end);
  }
  const values = [t.nullable(left), t.nullable(right)];
  // a field beside a truth value is a Check field, which is 0 or 1
  const isMixed = values.some(({ type }) => type === 'DYN') && values.some(({ type }) => type === 'BOOL');
  const [one, other] = values.map((value) => (isMixed && value.type === 'BOOL' ? asNumber(value) : value)) as [
    Cel,
    Cel,
  ];
  refuseOtherKinds(one, other, left, right);
  return { holds: relation('==', one, other), fails: relation('!=', one, other) };
}

function opposed(holds: Cel): Both {
  return { holds, fails: not(holds) };
}

function order(t: Translate, comparator: string, left: PythonNode, right: PythonNode): Cel {
  const [one, other] = [t.value(left), t.value(right)];
  const ordered = ['INT', 'NUMBER', 'TEXT', 'DYN'];
  if (!ordered.includes(one.type) || !ordered.includes(other.type)) {
    throw new NotCarried('compares what has no order', left.start, right.end);
  }
  refuseOtherKinds(one, other, left, right);
  return { ...relation(comparator, one, other), mayFail: true };
}

// always false, or always an error: a mistake that the owner should see
function refuseOtherKinds(one: Cel, other: Cel, left: PythonNode, right: PythonNode): void {
  const kind = ({ type }: Cel) => (type === 'INT' ? 'NUMBER' : type);
  if (kind(one) === 'DYN' || kind(other) === 'DYN' || kind(one) === kind(other)) return;
  throw new NotCarried('compares values of different types', left.start, right.end);
}

function membership(t: Translate, left: PythonNode, right: PythonNode): Cel {
  if (right.kind === 'list') return amongItems(t, left, right);
  const part = t.value(left);
  if (right.kind === 'text') return containing(t.value(right), part);
  const path = pathOf(right);
  if (!path) throw new NotCarried('is neither a field nor a list of values', right.start, right.end);
  const { text } = path.value;
  const inText = containing(path.value, part).text;
  const inList = `${inside(t.nullable(left), RANK.SUM)} in ${text}`;
  return cel(`type(${text}) == string ? ${inText} : ${inList}`, RANK.CHOICE, 'BOOL', true);
}

function containing(text: Cel, part: Cel): Cel {
  return primary(`${inside(text, RANK.PRIMARY)}.contains(${part.text})`, 'BOOL', true);
}

function amongItems(t: Translate, left: PythonNode, right: NodeOf<'list'>): Cel {
  const items = right.items.flatMap((item) => itemTexts(t, item));
  const hasNone = right.items.some((item) => item.kind === 'constant' && item.value === null);
  const mayFail = right.items.some((item) => !isLiteral(item) && t.nullable(item).mayFail);
  const list = primary(`[${items.join(', ')}]`, 'LIST', mayFail);
  const path = pathOf(left);
  if (!path || !right.items.every(isLiteral)) return relation('in', asDyn(t.nullable(left), left), list);
  const isIn = ifPresent(path, 'in', list);
  return hasNone ? or(not(path.has), isIn) : and(path.has, isIn);
}

// A known number is refused in a list of texts, and true is not 1
function asDyn(value: Cel, node: PythonNode): Cel {
  if (value.type === 'BOOL') throw new NotCarried('looks for a truth value in a list', node.start, node.end);
  return value.type === 'DYN' ? value : primary(`dyn(${value.text})`, 'DYN', value.mayFail);
}

function itemTexts(t: Translate, item: PythonNode): string[] {
  if (item.kind === 'list') throw new NotCarried('is a list in a list', item.start, item.end);
  if (item.kind === 'constant' && item.value !== null) return item.value ? ['true', '1'] : ['false', '0'];
  const value = t.nullable(item);
  return [inside(value.type === 'BOOL' ? asNumber(value) : value, RANK.OR)];
}

function isLiteral(node: PythonNode): boolean {
  if (node.kind === 'unary') return isLiteral(node.of);
  if (node.kind === 'list') return !node.isTuple && node.items.every(isLiteral);
  return node.kind === 'number' || node.kind === 'text' || node.kind === 'constant';
}
