// A Python expression as a tree, for Frappe's conditions and Jinja's expressions.

export type Comparator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';

/** The position of a node in its source, and its depth. */
interface Placed {
  start: number;
  end: number;
  levels: number;
}

export interface Arguments {
  positional: PythonNode[];
  named: { name: string; value: PythonNode }[];
}

export type Shape =
  | { kind: 'number'; text: string }
  | { kind: 'text'; value: string }
  | { kind: 'constant'; value: true | false | null }
  | { kind: 'name'; name: string }
  | { kind: 'member'; of: PythonNode; name: string }
  | { kind: 'index'; of: PythonNode; index: PythonNode }
  | { kind: 'call'; of: PythonNode; args: Arguments }
  /** `isTuple`: written in round brackets or without brackets. */
  | { kind: 'list'; items: PythonNode[]; isTuple: boolean }
  | { kind: 'unary'; operator: '-' | '+'; of: PythonNode }
  | { kind: 'binary'; operator: string; left: PythonNode; right: PythonNode }
  | { kind: 'comparison'; first: PythonNode; rest: { comparator: Comparator; operand: PythonNode }[] }
  | { kind: 'not'; of: PythonNode }
  | { kind: 'logic'; operator: 'and' | 'or'; items: PythonNode[] }
  /** `no`: null if it is omitted, which Jinja allows. */
  | { kind: 'choice'; condition: PythonNode; yes: PythonNode; no: PythonNode | null }
  /** Jinja's `of | name(args)`. */
  | { kind: 'filter'; of: PythonNode; name: string; args: Arguments };

export type PythonNode = Shape & Placed;
export type NodeOf<Kind extends Shape['kind']> = Extract<Shape, { kind: Kind }> & Placed;

/** The dotted name of a node, such as `frappe.db.get_value`; null: it is not names joined by full stops. */
export function dottedName(node: PythonNode): string | null {
  if (node.kind === 'name') return node.name;
  if (node.kind !== 'member') return null;
  const of = dottedName(node.of);
  return of === null ? null : `${of}.${node.name}`;
}

/** A whole number, such as 12 or -1; null: it is not one. */
export function integerOf(node: PythonNode): bigint | null {
  if (node.kind === 'unary') {
    const of = integerOf(node.of);
    return of !== null && node.operator === '-' ? -of : of;
  }
  if (node.kind !== 'number' || /[.eE]/.test(node.text.replace(/^0[xX].*/, ''))) return null;
  return BigInt(node.text.replaceAll('_', '').toLowerCase());
}
