// SQL of the cursors of a page, and of how far it was searched.
import { tagOf } from '../graphql/lists/cursor';
import type { ListOrder } from '../graphql/lists/list-order';
import { base64UrlOf, concatenated, jsonOf, literal, timeOf } from '../sql/json-sql';
import type { PageRequest } from '../sql/listing';
import { orderText } from '../sql/walks/scan-text';

/** By field, its JSON. @param name of the rows of the page, as pageSource() returns them */
export function pageInfoTexts(order: ListOrder, request: PageRequest, name: string) {
  const more = `(select count(*) filter (where is_match) > ${request.size} or coalesce(bool_or(is_last), false) from ${name})`;
  const other = literal(String(request.cursor !== null));
  const firstOf = (value: string, ofWhich: string, direction: Pick<PageRequest, 'order' | 'backward'>) =>
    `(select ${value} from (
      select * from (select * from ${name}${ofWhich} limit ${request.size}) as ${name} order by ${orderText(direction)} limit 1
    ) as ${name})`;
  const cursor = cursorText(order, name);
  const against = { order: request.order, backward: !request.backward };
  // in the direction of the request: the first row, and the last one that was looked at
  const begins = `coalesce(${firstOf(cursor, ' where is_match', request)}, 'null')`;
  const ends = `coalesce(${firstOf(cursor, '', against)}, 'null')`;
  const time = timeText(order, name);
  const searchedTo =
    time === null ? literal('null') : `coalesce(case when ${more} then ${firstOf(time, '', against)} end, 'null')`;
  return {
    hasNextPage: request.backward ? other : `${more}::text`,
    hasPreviousPage: request.backward ? `${more}::text` : other,
    startCursor: request.backward ? ends : begins,
    endCursor: request.backward ? begins : ends,
    searchedTo,
  };
}

/** SQL of the time of a place, as JSON; null: the order is not one of time. */
function timeText({ column }: ListOrder, name: string): string | null {
  const ofId = (id: string) => concatenated(timeOf(`(timestamptz 'epoch' + ms_of_id(${id}) * interval '1 ms')`, false));
  if (column === null) return ofId(`${name}.looked_id`);
  if (column.type === 'uuid') return ofId(`${name}.looked_value`);
  return column.type === 'timestamptz' ? concatenated(timeOf(`${name}.looked_value`, false)) : null;
}

// the same as cursorOf() of graphql/lists/cursor.ts
export function cursorText(order: ListOrder, alias: string): string {
  const { column } = order;
  const write = column?.type === 'timestamptz' ? timeOf : jsonOf;
  const value = column ? write(`${alias}.looked_value`, true) : [literal('null')];
  const before = literal(`[${JSON.stringify(tagOf(order))},"`);
  const text = concatenated([before, `${alias}.looked_id::text`, literal('",'), ...value, literal(']')]);
  return concatenated([literal('"'), base64UrlOf(text), literal('"')]);
}
