import { ArgsType, Field, Int } from 'type-graphql';
import { AppError, quoted } from '../../errors';
import type { Order, PageRequest } from '../../sql/keyset';
import { publishEnum } from '../enum';

export const ORDER_DIRECTIONS = ['ASC', 'DESC'] as const;
export type OrderDirection = (typeof ORDER_DIRECTIONS)[number];
export const OrderDirectionEnum = publishEnum('OrderDirection', ORDER_DIRECTIONS, 'Which end of a list comes first.', {
  ASC: { description: 'The oldest, the smallest, A.' },
  DESC: { description: 'The newest, the largest, Z.' },
});

/** How a list is ordered, and the name of that order: a cursor of another list or order is not taken. */
export interface ListOrder extends Order {
  tag: string;
}

export const MAX_PAGE = 100;
export const DEFAULT_PAGE = 20;
const FORWARD = 'The first n rows, 1 to 100; 20 where neither `first` nor `last` is given.';
const AFTER = 'Rows after this cursor, the `endCursor` of the page before; one of this list in this order.';

@ArgsType()
export class ForwardPageArgs {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_PAGE, description: FORWARD })
  first?: number | null;

  @Field(() => String, { nullable: true, description: AFTER })
  after?: string | null;
}

@ArgsType()
export class PageArgs extends ForwardPageArgs {
  @Field(() => Int, { nullable: true, description: 'The last n rows, 1 to 100; instead of `first`.' })
  last?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Rows before this cursor, the `startCursor` of the page behind; goes with `last`.',
  })
  before?: string | null;
}

/** @throws AppError BAD_USER_INPUT that names the argument, what it was, and what would be right. */
export function pageRequest(args: PageArgs, order: ListOrder): PageRequest {
  const { last, after, before } = args;
  const backward = isGiven(last);
  // 20 is what `first` is when nobody sets it
  if (backward && typeof args.first === 'number' && args.first !== DEFAULT_PAGE) {
    throw new AppError('BAD_USER_INPUT', 'first and last are both given: ask for one end of the list.', ['last']);
  }
  if (isGiven(after) && isGiven(before)) {
    throw new AppError('BAD_USER_INPUT', 'after and before are both given: page in one direction.', ['before']);
  }
  if (backward && isGiven(after)) {
    throw new AppError('BAD_USER_INPUT', 'last goes with before, not with after.', ['after']);
  }
  if (!backward && isGiven(before)) {
    throw new AppError('BAD_USER_INPUT', 'before goes with last, not with first.', ['before']);
  }
  return {
    order,
    backward,
    size: backward ? pageSize(last, 'last') : pageSize(args.first ?? DEFAULT_PAGE, 'first'),
    cursor: backward ? readCursor(before, 'before', order) : readCursor(after, 'after', order),
  };
}

// an empty cursor is given too, and wrong
function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}

function pageSize(size: number, name: string): number {
  if (size >= 1 && size <= MAX_PAGE) return size;
  throw new AppError('BAD_USER_INPUT', `${name} is ${size}; it must be 1 to ${MAX_PAGE}.`, [name]);
}

export function cursorOf(order: ListOrder, row: { id: string }): string {
  const value = order.column ? (row as Record<string, unknown>)[order.column.property] : null;
  const text = value instanceof Date ? value.toISOString() : value;
  return Buffer.from(JSON.stringify([tagOf(order), row.id, text])).toString('base64url');
}

// read from the other end, a cursor would point at rows that its client has seen
export function tagOf({ tag, descending }: ListOrder): string {
  return descending ? tag : `${tag} ASC`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function readCursor(cursor: string | null | undefined, name: string, order: ListOrder): PageRequest['cursor'] {
  if (!isGiven(cursor)) return null;
  const read = parseCursor(cursor);
  if (read?.tag !== tagOf(order) || !isValueOf(order, read.value)) {
    throw new AppError('BAD_USER_INPUT', `${name} ${quoted(cursor)} is not a cursor of this list in this order.`, [
      name,
    ]);
  }
  return { id: read.id, value: read.value === null ? null : String(read.value) };
}

const MAX_INTEGER = 2 ** 31 - 1;

function isValueOf({ column }: ListOrder, value: unknown): boolean {
  if (column === null) return value === null;
  if (column.type !== 'integer') return isStorable(value);
  return Number.isInteger(value) && Math.abs(value as number) <= MAX_INTEGER;
}

// Postgres takes neither NUL nor half of a surrogate pair, so no cursor of ours holds one
function isStorable(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0') && value.isWellFormed();
}

function parseCursor(cursor: string): { tag: string; id: string; value: unknown } | null {
  try {
    const [tag, id, value, ...rest] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const wellFormed = typeof tag === 'string' && typeof id === 'string' && UUID.test(id) && rest.length === 0;
    return wellFormed ? { tag, id, value } : null;
  } catch {
    return null;
  }
}
