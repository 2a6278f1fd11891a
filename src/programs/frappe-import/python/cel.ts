// CEL text that is composed of parts (https://cel.dev): each has its precedence and its type.
import { MAX_CONDITION_CHARACTERS } from '../../../webhooks/setting-limits';
import { NotCarried } from '../reading/read-export';
import { integerOf, type PythonNode } from './python-tokens';

/** NUMBER: an int or a double. DYN: known only for a document. */
type CelType = 'BOOL' | 'NUMBER' | 'INT' | 'TEXT' | 'LIST' | 'NULL' | 'DYN';

export interface Cel {
  text: string;
  rank: number;
  type: CelType;
  /** Whether evaluating it can fail for some document, as it does in Python. */
  mayFail: boolean;
}

export const RANK = { CHOICE: 0, OR: 1, AND: 2, RELATION: 3, SUM: 4, PRODUCT: 5, SIGN: 6, PRIMARY: 7 } as const;

/** The values that are false in Python. */
export const FALSY = '[null, false, 0, "", [], {}]';

/** The translation is too long for a condition: a chained comparison repeats its middle, so a short source may become long. */
export class TooLong extends Error {}

export function cel(text: string, rank: number, type: CelType, mayFail: boolean): Cel {
  if (text.length > MAX_CONDITION_CHARACTERS) {
    throw new TooLong(`its translation has more than ${MAX_CONDITION_CHARACTERS} characters`);
  }
  return { text, rank, type, mayFail };
}

export function primary(text: string, type: CelType, mayFail = false): Cel {
  return cel(text, RANK.PRIMARY, type, mayFail);
}

/** The text, in brackets if its precedence is lower than required. */
export function inside({ text, rank }: Cel, least: number): string {
  return rank < least ? `(${text})` : text;
}

export function binary(operator: string, rank: number, type: CelType, left: Cel, right: Cel, mayFail: boolean): Cel {
  return cel(`${inside(left, rank)} ${operator} ${inside(right, rank + 1)}`, rank, type, mayFail);
}

export function relation(operator: string, left: Cel, right: Cel): Cel {
  const isMixed = isNumeric(left) && isNumeric(right) && (left.type !== 'INT' || right.type !== 'INT');
  const one = isMixed && operator.endsWith('=') ? primary(`dyn(${left.text})`, left.type, left.mayFail) : left;
  return binary(operator, RANK.RELATION, 'BOOL', one, right, left.mayFail || right.mayFail);
}

// 1.0 == 1 is not valid in CEL if both types are known
function isNumeric({ type }: Cel): boolean {
  return type === 'INT' || type === 'NUMBER';
}

export function and(...items: Cel[]): Cel {
  return joined('&&', RANK.AND, items);
}

export function or(...items: Cel[]): Cel {
  return joined('||', RANK.OR, items);
}

// With brackets, because `a && b || c` is correct but hard to read
function joined(operator: string, rank: number, items: Cel[]): Cel {
  const texts = items.map((item) => inside(item, item.rank === rank ? rank : RANK.RELATION));
  const mayFail = items.some((item) => item.mayFail);
  return items.length === 1 ? (items[0] as Cel) : cel(texts.join(` ${operator} `), rank, 'BOOL', mayFail);
}

export function not(item: Cel): Cel {
  return cel(`!${inside(item, RANK.PRIMARY)}`, RANK.SIGN, 'BOOL', item.mayFail);
}

/** A truth value as a number, as in Python, where True == 1. */
export function asNumber(value: Cel): Cel {
  if (value.text === 'true' || value.text === 'false') return primary(value.text === 'true' ? '1' : '0', 'INT');
  return primary(`(${inside(value, RANK.OR)} ? 1 : 0)`, 'INT', value.mayFail);
}

/** The branches of a conditional must have the same type. */
export function choice(condition: Cel, one: Cel, other: Cel): Cel {
  const isMixed = one.type !== other.type;
  const [yes, no] = [one, other].map((each) => (isMixed && each.type === 'BOOL' ? asNumber(each) : each)) as [Cel, Cel];
  const type = yes.type === no.type ? yes.type : 'DYN';
  const asType = (branch: Cel) =>
    branch.type === type ? inside(branch, RANK.OR) : branch.type === 'DYN' ? branch.text : `dyn(${branch.text})`;
  const text = `${inside(condition, RANK.OR)} ? ${asType(yes)} : ${asType(no)}`;
  return cel(text, RANK.CHOICE, type, condition.mayFail || yes.mayFail || no.mayFail);
}

export function celText(value: string): Cel {
  const escaped = value.replace(/["\\]/g, '\\$&').replace(/[\p{Cc}\u2028\u2029]/gu, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return primary(`"${escaped}"`, 'TEXT');
}

// Paths into the document, such as doc.items[0].qty, in CEL.

/** A path into the document. In Frappe a known field is None if it is empty; in JSON it is null or missing. */
export interface Path {
  /** The value; an error if it is missing, which is correct wherever Python would raise one for None. */
  value: Cel;
  /** Whether the value exists. */
  has: Cel;
}

// Members of Frappe's documents that are not fields
const NO_FIELDS = ['flags', 'meta'];

// Reserved words of CEL
const RESERVED =
  /^(as|break|const|continue|else|false|for|function|if|import|in|let|loop|namespace|null|package|return|true|var|void|while)$/;

/** The path, or null. `doc.get("x")` is one too. @throws NotCarried for members that only Frappe's documents have */
export function pathOf(node: PythonNode): Path | null {
  const step = stepOf(node);
  if (step === null) return null;
  const parent = parentOf(step.of);
  if (parent === null) return null;
  if (NO_FIELDS.includes(step.name) || step.name.startsWith('_')) {
    throw new NotCarried('belongs to Frappe, not to the document', node.start, node.end);
  }
  const isPlain = /^[A-Za-z_]\w*$/.test(step.name) && !RESERVED.test(step.name);
  const key = celText(step.name).text;
  const value = isPlain ? `${parent.text}.${step.name}` : `${parent.text}[${key}]`;
  // has() accepts only names
  const isNamed = isPlain && !parent.text.includes('[');
  const has = isNamed ? primary(`has(${value})`, 'BOOL', parent.mayFail) : hasKey(key, parent);
  return { value: primary(value, 'DYN', true), has };
}

function hasKey(key: string, parent: Cel): Cel {
  return { text: `${key} in ${parent.text}`, rank: RANK.RELATION, type: 'BOOL', mayFail: parent.mayFail };
}

/** One step of a path: `.x`, `["x"]`, `.get("x")`. */
function stepOf(node: PythonNode): { of: PythonNode; name: string } | null {
  if (node.kind === 'member') return { of: node.of, name: node.name };
  if (node.kind === 'index' && node.index.kind === 'text') return { of: node.of, name: node.index.value };
  if (node.kind !== 'call' || node.of.kind !== 'member' || node.of.name !== 'get') return null;
  const [key, ...more] = node.args.positional;
  if (key?.kind !== 'text' || more.length > 0 || node.args.named.length > 0) return null;
  return { of: node.of.of, name: key.value };
}

// A row must be followed by a field: on a text, doc.name[0] would be a letter in Python and an error in CEL.
function parentOf(node: PythonNode): Cel | null {
  if (node.kind === 'name') return node.name === 'doc' ? primary('doc', 'DYN') : null;
  const row = node.kind === 'index' ? integerOf(node.index) : null;
  if (node.kind !== 'index' || row === null) return pathOf(node)?.value ?? null;
  const list = pathOf(node.of)?.value;
  if (!list) return null;
  const position = row >= 0n ? String(row) : `size(${list.text}) - ${-row}`;
  return primary(`${list.text}[${position}]`, 'DYN', true);
}

/** The value, or null if it is missing. */
export function orNull({ value, has }: Path): Cel {
  const text = `${has.rank < RANK.OR ? `(${has.text})` : has.text} ? ${value.text} : null`;
  return { text, rank: RANK.CHOICE, type: 'DYN', mayFail: has.mayFail };
}

/** The functions that the parts of the translation call for inner nodes. */
export interface Translate {
  /** The value; an error if it is missing, which is correct wherever Python would raise one for None. */
  value(node: PythonNode): Cel;
  /** The value; null if it is missing. */
  nullable(node: PythonNode): Cel;
  /**
   * Whether the value is true in Python.
   * @param mode LOOSE: only true matters, so an error has the same effect as false. EXACT: it has not, because the
   *   result   is negated or decides whether another part is evaluated
   */
  truth(node: PythonNode, mode: 'LOOSE' | 'EXACT'): Cel;
  /** Adds a note for the owner. */
  note(text: string): void;
}
