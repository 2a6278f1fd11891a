// Paths into the document, such as doc.items[0].qty, in CEL.

import { NotCarried } from '../reading/not-carried';
import { type Cel, celText, primary, RANK } from './cel';
import { integerOf, type PythonNode } from './python-syntax';

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
