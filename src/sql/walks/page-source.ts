// A page of a list as SQL. It looks at a limited number of rows of one index, in the order of the list, and says which row was the
// last one. Where several indexes are walked, the page goes as far as the one that got least far.
import { all, type Bind, type Condition, conjunctsOf, toSql } from '../condition';
import { equalsByIndex } from '../index-lookup';
import { beyondCursor, directionOf, type Listing, nameOf, type OfParent, type PageRequest } from '../listing';
import { beginningText, boundsOf, orderText, type Scan, scanText } from './scan-text';
import { columnOf, flagsOf, matchText, rangeOf, rowText, type Source, testsOf } from './source';
import { type Value, type Way, type Ways, waysOf } from './ways';

type Given = Pick<Source, 'bind' | 'listing' | 'request' | 'limit'> & {
  condition: Condition;
  parent?: OfParent | null;
};

/**
 * A SELECT of the rows of a page in the direction of the request, with these columns beside `select`: `looked_id` and `looked_value`,
 * its place in the order; `is_match`, and `is_last`, which the last row has that was looked at, unless there are no others. That
 * row may not be a match. In the order of ids there is no `looked_value`.
 */
export function pageSource(given: Given, select: string): string {
  const source = sourceOf(given);
  const ways = waysOf(askedOf(source));
  return isPlain(source, ways)
    ? directText(source, ways.inOrder, select)
    : withRows(source, placesText(source, ways), select);
}

/** The same without the columns of the rows. */
function placesSource(given: Given): string {
  const source = sourceOf(given);
  return placesText(source, waysOf(askedOf(source)));
}

function sourceOf({ condition, parent = null, ...given }: Given): Source {
  return { ...given, conjuncts: [...conjunctsOf(condition), ...(parent ? [isBelow(parent)] : [])] };
}

function isBelow({ column, sql }: OfParent): Condition {
  const write = () => `${column} = ${sql}`;
  return { kind: 'sql', write, column, match: { kind: 'ONE', value: () => sql }, isSlow: false };
}

function askedOf({ listing, conjuncts, request }: Source) {
  const column = request.order.column?.sql ?? null;
  return { table: listing.table, conjuncts, column, ordered: listing.ordered };
}

function isPlain({ listing }: Source, { inOrder, few }: Ways): boolean {
  return few === null && listing.ordered === undefined && (inOrder.kind === 'order' || inOrder.kind === 'value');
}

function placesText(source: Source, { inOrder, few }: Ways): string {
  return few ? fewOrWalked(source, few, inOrder) : walkedText(source, inOrder);
}

function walkedText(source: Source, way: Way): string {
  switch (way.kind) {
    case 'order':
    case 'value':
      return directText(source, way, '');
    case 'values':
      return way.values.values.length === 0 ? noneText(source) : merged(source, [eachValue(source, way)]);
    case 'parts':
      return way.parts.length === 0 ? noneText(source) : merged(source, partTexts(source, way));
    case 'orderedTable':
      return lookedUp(source, way, { table: way.by.table, values: [], column: columnOf(source) });
    case 'side':
      return lookedUp(
        source,
        way,
        { table: way.side.table, values: way.values, column: columnOf(source) },
        partialOf(way),
      );
    case 'ids':
      return idsText(source, way);
    case 'beginning':
      throw new Error('a beginning is not in the order of a list');
  }
}

// the rows of the table itself
function directText(source: Source, way: Way, select: string): string {
  const { bind, listing, request, limit } = source;
  const { range, limits } = rangeOf(source);
  const scan: Scan = {
    table: listing.table,
    values: way.kind === 'value' ? [way.value] : [],
    within: range,
    column: columnOf(source),
  };
  const looked = scanText(bind, '*', scan, directionOf(request), request.lookedAt);
  const tests = testsOf(source, way.used, limits);
  const name = nameOf(listing);
  const numbered = `select ${name}.*, row_number() over () = ${request.lookedAt} as is_last from (${looked}) as ${name}`;
  const tested = `select ${name}.*, ${matchText(bind, tests)} as is_match from (${numbered}) as ${name}`;
  const value = request.order.column ? `, ${request.order.column.sql} as looked_value` : '';
  const columns = `${select === '' ? '' : `${select}, `}id as looked_id${value}, is_match, is_last`;
  return `select ${columns} from (${tested}) as ${name} where is_match or is_last limit ${limit}`;
}

interface Looked extends Pick<Scan, 'table' | 'values' | 'column'> {}

/** What else a partial index demands. */
function partialOf({ side }: Way & { kind: 'side' }): Condition[] {
  return side.orderedBy !== null && side.within.column === side.orderedBy ? [side.within] : [];
}

// the ids of another table, of which each row is looked up
function lookedUp(source: Source, way: Way, looked: Looked, within: readonly Condition[] = []): string {
  const { bind, request } = source;
  const { range, limits } = rangeOf(source);
  const value = looked.column === null ? '' : `, ${looked.column} as looked_value`;
  const text = scanText(
    bind,
    `id as looked_id${value}`,
    { ...looked, within: [...within, ...range] },
    directionOf(request),
    request.lookedAt,
  );
  return testedIds(source, text, testsOf(source, way.used, limits));
}

/** @param looked the ids as `looked_id`, at most as many as are looked at */
function testedIds(source: Source, looked: string, tests: readonly Condition[]): string {
  const { bind, request, limit } = source;
  const numbered = `select looked.*, row_number() over () = ${request.lookedAt} as is_last from (${looked}) as looked`;
  const places =
    tests.length === 0
      ? `(${numbered}) as looked`
      : `(${numbered}) as looked left join lateral (
    select ${matchText(bind, tests)} as is_match from ${rowText(source)} offset 0) as tested on true`;
  const flags = request.order.column ? 'looked_id, looked_value' : 'looked_id';
  const isMatch = tests.length === 0 ? 'true' : 'coalesce(is_match, false)';
  return `select * from (select ${flags}, ${isMatch} as is_match, is_last from ${places}) as looked
    where is_match or is_last limit ${limit}`;
}

function idsText(source: Source, way: Way & { kind: 'ids' }): string {
  const { bind, request } = source;
  const { found } = way;
  const direction = directionOf(request);
  const { range, limits } = rangeOf(source);
  const within = toSql(all(range), bind);
  const ids = `(select id from unnest(${bind(found.ids)}::uuid[]) as found (id)) as found`;
  const looked = `select id as looked_id from ${ids} where ${within} order by id ${direction} limit ${request.lookedAt}`;
  const text = testedIds(source, looked, testsOf(source, way.used, limits));
  if (found.upTo === null) return text;
  // further ids than these are not known
  return `with known as materialized (${text})
    select * from known union all select ${bind(found.upTo)}::uuid, false, true
    where (select count(*) from known) < ${source.limit} and not exists (select from known where is_last)`;
}

/** As many rows as one of several walks looks at. */
function shareOf({ request, limit }: Source, among: number): PageRequest {
  return { ...request, lookedAt: Math.max(limit, Math.ceil(request.lookedAt / Math.max(among, 1))) };
}

function eachValue(source: Source, way: Way & { kind: 'values' }): string {
  const { bind } = source;
  const { column, values, type } = way.values;
  const value: Value = { column, sql: () => 'walked_value' };
  const ofValue = { ...source, request: shareOf(source, values.length) };
  const walk = directText(ofValue, { kind: 'value', value, used: way.used }, '');
  return `select part.* from unnest(${bind([...new Set(values)])}::${type}[]) as walked (walked_value) cross join lateral (${walk}) as part`;
}

function partTexts(source: Source, way: Way & { kind: 'parts' }): string[] {
  const rest = source.conjuncts.filter((each) => !way.used.includes(each));
  return way.parts.map((part) => {
    const ofPart = {
      ...source,
      request: shareOf(source, way.parts.length),
      conjuncts: [...conjunctsOf(part), ...rest],
    };
    return walkedText(ofPart, waysOf(askedOf(ofPart)).inOrder);
  });
}

// the walks together, up to the end of the one that got least far
function merged(source: Source, texts: readonly string[]): string {
  const { request, limit } = source;
  const flags = flagsOf(source);
  const order = orderText(request);
  const key = request.order.column ? '(looked_value, looked_id)' : 'looked_id';
  const keyColumns = request.order.column ? 'looked_value, looked_id' : 'looked_id';
  const within = directionOf(request) === 'desc' ? '>=' : '<=';
  const parts = texts.map((text) => `(select ${flags} from (${text}) as part)`).join(' union all ');
  return `with parts as materialized (${parts}),
    ended as materialized (select ${keyColumns} from parts where is_last order by ${order} limit 1)
    select ${keyColumns}, bool_or(is_match) as is_match, bool_or(is_last) as is_last
    from parts where not exists (select from ended) or ${key} ${within} (select ${keyColumns} from ended)
    group by ${keyColumns} order by ${order} limit ${limit}`;
}

// a value that is bound and not used would be refused
function noneText({ request }: Source): string {
  const { column } = request.order;
  const value = column ? `, null::${column.type} as looked_value` : '';
  return `select null::uuid as looked_id${value}, false as is_match, false as is_last where false`;
}

/** The rows that an index finds in another order, sorted, if they are few; otherwise the walk. */
function fewOrWalked(source: Source, few: Way, inOrder: Way): string {
  const { bind, request, limit } = source;
  const flags = flagsOf(source);
  const most = request.lookedAt;
  const { column } = request.order;
  const ids = fewText(source, few, most + 1);
  const tests = source.conjuncts.filter(({ kind }) => kind !== 'everything');
  const value = column ? `, ${column.sql} as looked_value` : '';
  const isOrdered = source.listing.ordered
    ? ` and exists (select from ${source.listing.ordered.table} as ordered where ordered.id ${equalsByIndex('looked_id')} offset 0)`
    : '';
  const sorted = `select id as looked_id${value}, true as is_match, false as is_last
    from (select id as looked_id from few) as found cross join lateral (
      select * from ${rowText(source)} where ${toSql(all([beyondCursor(request), ...tests]), bind)}${isOrdered} offset 0) as row_
    where (select is_few from counted) order by ${orderText(request)} limit ${limit}`;
  return `with few as materialized (${ids}), counted as materialized (select count(*) <= ${most} as is_few from few)
    select ${flags} from (
      select ${flags} from (${sorted}) as sorted
      union all select ${flags} from (${walkedText(source, inOrder)}) as walked where not (select is_few from counted)
    ) as page order by ${orderText(request)}`;
}

// the rows of the places, in their order
function withRows(source: Source, places: string, select: string): string {
  return `select ${select}, ${flagsOf(source)} from (${places}) as looked left join lateral ${rowText(source)} on true
    order by ${orderText(source.request)}`;
}

// The ids of the rows that an index finds in another order than that of a list.

/** At most `limit` ids, in whatever order. */
function fewText({ bind, listing, conjuncts }: Source, way: Way, limit: number): string {
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

// The number of rows of a list, as SQL.

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
