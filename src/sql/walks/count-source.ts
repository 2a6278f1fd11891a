// The number of rows of a list, as SQL.
import type { Bind, Condition } from '../condition';
import type { Listing, OfParent, PageRequest } from '../listing';
import { placesSource } from './page-source';

/** What is counted: the rows of a list, from its beginning. */
export interface Counting {
  listing: Pick<Listing, 'table' | 'ordered'>;
  condition: Condition;
  request: Pick<PageRequest, 'order' | 'lookedAt'>;
  parent: OfParent | null;
}

/** A SELECT of the number of rows, as far as a page looks, as `rows`, and of whether there are no more, as `is_exact`. */
export function countSource(bind: Bind, { listing, condition, request, parent }: Counting): string {
  const { order, lookedAt } = request;
  // a row more, which a list of exactly that length does not have
  const whole = { order, size: lookedAt, backward: false, cursor: null, lookedAt: lookedAt + 1 };
  const places = placesSource({ bind, listing, condition, request: whole, limit: lookedAt + 1, parent });
  return `select least(count(*) filter (where is_match), ${lookedAt}) as rows, not coalesce(bool_or(is_last), false) as is_exact
    from (${places}) as counted`;
}
