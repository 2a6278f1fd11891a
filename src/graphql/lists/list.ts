import { createHash } from 'node:crypto';
import type { Condition } from '../../sql/condition';
import { count, countsByParent, type Listing, page, pagesByParent } from '../../sql/keyset';
import { resolveCondition } from '../../sql/resolving/resolve-condition';
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
}

/** A page of a list at the root. */
export async function listPage(context: Context, query: ListQuery): Promise<ConnectionShape> {
  const { listing, order } = query;
  const request = pageRequest(query.args, order);
  const condition = await resolveCondition(context.db, query.condition, listing);
  return toConnection({
    page: await page(context.db, listing, condition, request),
    order,
    count: () => count(context.db, listing, condition),
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
  const { listing, condition, order } = query;
  const request = pageRequest(query.args, order);
  const hash = createHash('sha256').update(JSON.stringify(args)).digest('base64url');
  const name = `${listing.table}.${column} ${hash}`;
  const resolved = () =>
    perRequest(context, `condition of ${name}`, () => resolveCondition(context.db, condition, listing));
  const pages = loaderFor(context, `page of ${name}`, async (ids) =>
    pagesByParent(context.db, listing, { column, ids }, await resolved(), request),
  );
  const counts = loaderFor(context, `count of ${name}`, async (ids) =>
    countsByParent(context.db, listing, { column, ids }, await resolved()),
  );
  const found = await pages.load(parent.id);
  return toConnection({
    page: found ?? { rows: [], hasNextPage: false, hasPreviousPage: false },
    order,
    count: async () => (await counts.load(parent.id)) ?? { count: 0, exact: true },
  });
}
