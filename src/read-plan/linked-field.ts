// Fields that lead to rows of a table: links to one row, pages of rows and, in Query, rows by their id.
import type { Context } from '../graphql/context';
import type { NodeName } from '../ids';
import { checkedId } from '../refuse-argument';
import type { IdentifiedRow, RowList, RowType } from './row-type';

interface Shown {
  description: string;
  /** `HasRole(...)` or `Public()`. */
  access?: MethodDecorator;
}

export interface LinkToRow<Key extends string = string> extends Shown {
  kind: 'link';
  to: RowType;
  /** The property of the row that has the id of the linked row. */
  key: Key;
}

/** A link to the newest of the rows whose `column` has the id of the row above them. */
export interface LinkToNewest extends Shown {
  kind: 'newest';
  to: RowType;
  column: string;
}

export interface PageOfRows extends Shown {
  kind: 'page';
  list: RowList;
  /** The column of the listed rows that has the id of the row above them; null in Query. */
  column: string | null;
}

export interface OneRow extends Shown {
  kind: 'one';
  of: RowType;
  /** The description of the argument `id`; null: there is no such argument. */
  argument: string | null;
  id(args: { id?: string | undefined }, context: Context): string | null;
}

export type LinkedField = LinkToRow | LinkToNewest | PageOfRows | OneRow;

export function link<Key extends string>(to: RowType, key: Key, description: string): LinkToRow<Key> {
  return { kind: 'link', to, key, description };
}

export function newestBelow(to: RowType, column: string, description: string): LinkToNewest {
  return { kind: 'newest', to, column, description };
}

/** The rows of a list whose `column` is the id of the row above. */
export function pageBelow(list: RowList, column: string, shown: Shown): PageOfRows {
  return { kind: 'page', list, column, ...shown };
}

export function page(list: RowList, shown: Required<Shown>): PageOfRows {
  return { kind: 'page', list, column: null, ...shown };
}

/** An id of another type is refused: null says that there is no such row. @param argument the description of the argument `id` */
export function byId(of: RowType<IdentifiedRow, NodeName>, argument: string, shown: Required<Shown>): OneRow {
  return { kind: 'one', of, argument, id: ({ id }) => checkedId(of.name, id, ['id']), ...shown };
}

/** The row whose id is known without an argument. */
export function ofContext(of: RowType, id: (context: Context) => string | null, shown: Required<Shown>): OneRow {
  return { kind: 'one', of, argument: null, id: (_args, context) => id(context), ...shown };
}
