import { quoted } from '../../errors/errors';
import { type Condition, compares, equalsId, everything } from '../../sql/condition';
import type { Order, PageRequest, Place } from '../../sql/walks/keyset';
import { type NodeName, uuidOf } from '../../values/ids';
import { refuseWithMessage } from '../../values/refuse-argument';
import { isStorable } from '../../values/text';
import { publishEnum } from '../directives';

const ORDER_DIRECTIONS = ['ASC', 'DESC'] as const;
export type OrderDirection = (typeof ORDER_DIRECTIONS)[number];
export const OrderDirectionEnum = publishEnum('OrderDirection', ORDER_DIRECTIONS, 'The direction of an order.', {
  ASC: { description: 'Ascending: oldest, smallest or A first.' },
  DESC: { description: 'Descending: newest, largest or Z first.' },
});

/** The order of a list. `tag` names it in cursors, so that a cursor of another list or order is refused. */
export interface ListOrder extends Order {
  tag: string;
  /** The time in a value of the column, where that is not a time or an id. */
  timeOf?: (value: unknown) => Date;
}

// Cursors: base64url of a JSON array of the list's order, the row's id and its value in that order.

/** The cursor of a row. */
export function encodeCursor(order: ListOrder, row: { id: string }): string {
  const value = order.column ? (row as Record<string, unknown>)[order.column.property] : null;
  return cursorOf(order, { id: row.id, value });
}

/** The cursor of a place. `cursorText` of read-plan/template.ts does the same in SQL. */
export function cursorOf(order: ListOrder, { id, value }: Place): string {
  const text = value instanceof Date ? value.toISOString() : value;
  return Buffer.from(JSON.stringify([tagOf(order), id, text])).toString('base64url');
}

// read from the other end, a cursor would point at rows that its client has seen
export function tagOf({ tag, descending }: ListOrder): string {
  return descending ? tag : `${tag} ASC`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @param name of the argument. @throws AppError BAD_USER_INPUT */
export function decodeCursor(cursor: string, name: string, order: ListOrder): PageRequest['cursor'] {
  const read = parseCursor(cursor);
  if (read?.tag !== tagOf(order) || !isValueOf(order, read.value)) {
    refuseWithMessage(`${name} ${quoted(cursor)} is not a cursor of this list in this order.`, [name]);
  }
  return { id: read.id, value: read.value === null ? null : String(read.value) };
}

/** As `Date.toISOString` writes it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MAX_INTEGER = 2 ** 31 - 1;

function isValueOf({ column }: ListOrder, value: unknown): boolean {
  if (column === null) return value === null;
  if (column.type === 'timestamptz') return typeof value === 'string' && TIME.test(value) && isTime(value);
  if (column.type === 'uuid') return typeof value === 'string' && UUID.test(value);
  if (column.type === 'text') return typeof value === 'string' && isStorable(value);
  // of a row a number, of a place that the database gives a text
  if (column.type === 'bigint') return /^\d{1,16}$/.test(String(value));
  return Number.isInteger(value) && Math.abs(value as number) <= MAX_INTEGER;
}

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

function parseCursor(cursor: string): { tag: string; id: string; value: unknown } | null {
  const parts = jsonOf(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(parts) || parts.length > 3) return null;
  const [tag, id, value] = parts as unknown[];
  return typeof tag === 'string' && typeof id === 'string' && UUID.test(id) ? { tag, id, value } : null;
}

/** null: it is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

// The value of a column that a `where` names, and by whose index the rows of this value are found in the order of their ids.

/** A field of a `where` and the column with the index: of a text, or the link to a row by its id. */
export interface WalkedField {
  field: string;
  column: string;
  /** null: a text. */
  link: NodeName | null;
}

/**
 * The condition that the first of these fields makes, if one is given by `eq`; else everything. All rows that meet the `where` meet it.
 * @param fields those with the fewest rows first. @param where valid for conditionOf()
 */
export function walkedValue(where: object | undefined, fields: readonly WalkedField[]): Condition {
  for (const { field, column, link } of fields) {
    const given = (where as Record<string, { eq?: unknown; id?: { eq?: unknown } } | undefined> | undefined)?.[field];
    const value = link === null ? given?.eq : given?.id?.eq;
    if (typeof value !== 'string') continue;
    if (link === null) return compares(column, '=', value);
    const id = uuidOf(link, value);
    if (id !== null) return equalsId(column, id);
  }
  return everything;
}
