import { createHash } from 'node:crypto';
import type { Condition, Span } from '../../sql/condition';
import { directionOf } from '../../sql/listing';
import { count, countsByParent, type Listing, type PageRequest, page, pagesByParent } from '../../sql/walks/keyset';
import { looksAt, resolveCondition } from '../../sql/walks/resolve-condition';
import type { Context } from '../context';
import { loaderFor, perRequest } from '../data-loaders';
import { type ConnectionShape, toConnection } from './connection';
import type { ListOrder } from './list-order';
import { type PageArgs, pageRequest } from './page-args';

/** A list of the API: its rows, the filter of the caller, the order and the arguments of the page. */
export interface ListQuery {
  listing: Listing;
  condition: Condition;
  order: ListOrder;
  args: PageArgs;
  /** What the filter does not search for this caller, as a sentence; null: nothing. */
  notSearched?: string | null;
}

/** The page that a query asks for. @throws AppError BAD_USER_INPUT */
export function requestOf({ args, order, condition }: ListQuery, lookedAt?: number): PageRequest {
  return pageRequest(args, order, looksAt(condition, lookedAt));
}

/** Where a page of a list begins. */
export function spanOf(request: PageRequest): Span {
  const isById = request.order.column === null;
  return {
    descending: directionOf(request) === 'desc',
    cursor: isById ? (request.cursor?.id ?? null) : null,
    bounds: [],
  };
}

/** The list from its beginning. */
export function fromBeginning(request: PageRequest): PageRequest {
  return { ...request, backward: false, cursor: null };
}

/** A page of a list at the root. */
export async function listPage(context: Context, query: ListQuery): Promise<ConnectionShape> {
  const { listing, order, notSearched = null } = query;
  const request = requestOf(query, context.lookedAt);
  const resolved = (of: PageRequest) => resolveCondition(context.db, query.condition, spanOf(of));
  return toConnection({
    page: await page(context.db, listing, await resolved(request), request),
    order,
    notSearched,
    count: async () => count(context.db, listing, await resolved(fromBeginning(request)), request),
  });
}

/**
 * A page of a list below a row, such as the requests of a webhook. The pages below a hundred rows are one statement.
 * @param column the column with the id of the parent
 * @param args all arguments of the field; lists with different arguments are read separately
 */
export async function nestedPage(
  context: Context,
  parent: { id: string },
  column: string,
  query: ListQuery,
  args: object,
): Promise<ConnectionShape> {
  const { listing, condition, order, notSearched = null } = query;
  const request = requestOf(query, context.lookedAt);
  const hash = createHash('sha256').update(JSON.stringify(args)).digest('base64url');
  const name = `${listing.table}.${column} ${hash}`;
  const resolved = (what: string, of: PageRequest) =>
    perRequest(context, `${what} of ${name}`, () => resolveCondition(context.db, condition, spanOf(of)));
  const pages = loaderFor(context, `page of ${name}`, async (ids) =>
    pagesByParent(context.db, listing, { column, ids }, await resolved('condition', request), request),
  );
  const counts = loaderFor(context, `count of ${name}`, async (ids) => {
    const whole = await resolved('whole condition', fromBeginning(request));
    return countsByParent(context.db, listing, { column, ids }, whole, request);
  });
  const found = await pages.load(parent.id);
  return toConnection({
    page: found ?? { rows: [], backward: request.backward, hasNextPage: false, hasPreviousPage: false, end: null },
    order,
    notSearched,
    count: async () => (await counts.load(parent.id)) ?? { count: 0, exact: true },
  });
}
