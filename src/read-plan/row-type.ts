// Types whose objects are rows of a table, and the lists of them.
import type { ClassType } from 'type-graphql';
import type { Context } from '../graphql/context';
import { loaderFor } from '../graphql/data-loaders';
import type { ListQuery } from '../graphql/lists/list';
import type { PageArgs } from '../graphql/lists/page-args';
import type { Db } from '../sql/db';
import type { Listing } from '../sql/walks/keyset';

export interface IdentifiedRow {
  id: string;
}

/** @template Name the name of the GraphQL type */
export interface RowType<Row extends IdentifiedRow = IdentifiedRow, Name extends string = string> {
  name: Name;
  type: () => ClassType<object>;
  listing: Listing;
  /** The row with this id. The rows that one request asks for at the same time are read by one statement. */
  load(context: Context, id: string | null): Promise<Row | null> | null;
}

export function rowType<Row extends IdentifiedRow, Name extends string>(
  name: Name,
  type: () => ClassType<object>,
  listing: Listing,
  rowsById: (db: Db, ids: readonly string[]) => Promise<ReadonlyMap<string, Row>>,
): RowType<Row, Name> {
  const load = (context: Context, id: string | null) =>
    id === null ? null : loaderFor(context, name, (ids) => rowsById(context.db, ids)).load(id);
  return { name, type, listing, load };
}

export interface RowList<Args extends PageArgs = PageArgs> {
  of: RowType;
  connection: () => ClassType<object>;
  args: () => ClassType<Args>;
  /** @throws AppError BAD_USER_INPUT */
  listQuery(args: Args, context: Context): ListQuery;
}

export function rowList<Args extends PageArgs>(of: RowType, list: Omit<RowList<Args>, 'of'>): RowList<Args> {
  return { of, ...list };
}
