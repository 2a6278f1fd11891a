// The ids of the rows that an index finds in another order than that of a list.

import type { Condition } from '../condition';
import { beginningText, boundsOf, scanText } from './scan-text';
import type { Source } from './source';
import type { Value, Way } from './ways';

/** At most `limit` ids, in whatever order. */
export function fewText({ bind, listing, conjuncts }: Source, way: Way, limit: number): string {
  const { table } = listing;
  const scan = (of: string, values: readonly Value[], within: readonly Condition[]) =>
    scanText(bind, 'id', { table: of, values, within, column: null }, 'asc', limit);
  switch (way.kind) {
    case 'order':
      return scan(table, [], boundsOf(conjuncts));
    case 'value':
      return scan(table, [way.value], []);
    case 'side':
      return scan(way.side.table, way.values, []);
    case 'beginning':
      return beginningText(bind, table, way.column, way.prefix, limit);
    case 'ids':
      return `select id from unnest(${bind(way.found.ids)}::uuid[]) as found (id)`;
    case 'values': {
      const { column, values, type } = way.values;
      const each = scan(table, [{ column, sql: () => 'walked_value' }], []);
      return `select found.id from unnest(${bind([...new Set(values)])}::${type}[]) as walked (walked_value)
        cross join lateral (${each}) as found limit ${limit}`;
    }
    default:
      throw new Error(`${way.kind} is no index`);
  }
}
