// The text of the statement that builds the JSON of a plan's answer, with gaps for the texts that differ by request.

import { MAX_ANSWER_BYTES, SHORT_ANSWER_BYTES } from '../graphql/limits/answer-size';
import { tagOf } from '../graphql/lists/cursor';
import { type Bind, type Condition, toSql } from '../sql/condition';
import { concatenated, literal, type Texts } from '../sql/json-sql';
import { countSource, pageSource } from '../sql/walks/page-source';
import { orderText } from '../sql/walks/scan-text';
import type { Bound, BoundPages } from './bind';
import { cursorText, pageInfoTexts } from './compile';
import type { ConnectionEntry, EdgeEntry, ObjectPlan, PageInfoEntry, PagesPlan, QueryPlan } from './plan';
import type { RowSource } from './sql-fields';

/** The values of one request, from which gaps are filled. */
export interface Filling {
  bind: Bind;
  bound: Bound;
  stillHolds: Condition;
}

export interface Template {
  /** Between each two texts there is a gap. */
  texts: readonly string[];
  gaps: readonly ((filling: Filling) => string)[];
}

interface Writing {
  bound: Bound;
  /** Returns a table alias that is unique in the statement. */
  alias(): string;
  /** Returns a placeholder for a text that differs by request. Gaps are filled in the order in which they were made. */
  gap(fill: (filling: Filling) => string): string;
}

/** The row whose JSON is built, and the joins for its links. */
interface Place {
  alias: string;
  /** Columns that the sub-select of the row must return. */
  used: Set<string>;
  joins: string[];
  /** The aliases of the joined rows, by table and id. */
  joined: Map<string, string>;
}

// never part of a statement: PostgreSQL allows it in no text
const GAP = '\u0000';

const upTo = (bytes: number) => `select case when octet_length(json) <= ${bytes} then json end as json`;

/**
 * `select <the answer's JSON; null: it is not short> as json, <its length> as bytes, <whether the optimistic authentication holds> as
 * holds`. `offset 0` keeps PostgreSQL from building the JSON once for each time that it is named.
 */
export function templateOf(plan: QueryPlan, bound: Bound): Template {
  const gaps: Template['gaps'][number][] = [];
  let tables = 0;
  const alias = () => {
    tables += 1;
    return `t${tables}`;
  };
  const gap = (fill: Template['gaps'][number]) => `${GAP}${gaps.push(fill) - 1}${GAP}`;
  const writing: Writing = { bound, alias, gap };
  const roots = plan.roots.map((root) => ({
    key: root.key,
    sql:
      root.kind === 'pages'
        ? connectionText(writing, root.pages, null)
        : oneText(writing, root.object, root.key, bound.ids.get(root.key) ?? null),
  }));
  const holds = gap(({ bind, stillHolds }) => toSql(stillHolds, bind));
  const built = `select ${objectText(roots)} as json, ${holds} as holds offset 0`;
  const parts = `${upTo(SHORT_ANSWER_BYTES)}, octet_length(json) as bytes, holds from (${built}) as built`.split(GAP);
  return {
    texts: parts.filter((_, index) => index % 2 === 0),
    gaps: parts.flatMap((part, index) => (index % 2 === 0 ? [] : [gaps[Number(part)] as Template['gaps'][number]])),
  };
}

/** The text of a statement for an answer that is not short. */
export function allowingLarge(text: string): string {
  return upTo(MAX_ANSWER_BYTES) + text.slice(upTo(SHORT_ANSWER_BYTES).length);
}

/** Key of a template: all it depends on except its plan. */
export function shapeOf(plan: QueryPlan, bound: Bound): string {
  let shape = '';
  for (const { query, request } of bound.pages.values()) {
    shape += `${request.size}${request.backward ? 'b' : 'f'}${request.cursor ? 'c' : ''}${tagOf(query.order)};`;
  }
  for (const root of plan.roots) if (root.kind === 'one' && bound.ids.get(root.key) === null) shape += `-${root.key}`;
  return shape;
}

function oneText(writing: Writing, plan: ObjectPlan, key: string, id: string | null): string {
  if (id === null) return literal('null');
  const place = placeAt(writing);
  const text = rowText(writing, plan, place);
  const row = `select ${columnsOf(place)} from ${plan.type.table} where id = ${writing.gap(({ bind, bound }) => bind(bound.ids.get(key)))}::uuid`;
  return `coalesce((select ${text} from (${row}) as ${place.alias}${place.joins.join('')}), 'null')`;
}

function placeAt(writing: Writing): Place {
  return { alias: writing.alias(), used: new Set(['id']), joins: [], joined: new Map() };
}

function columnsOf({ used }: Place): string {
  return [...used].join(', ');
}

interface Entry {
  key: string;
  /** SQL of the value's JSON. */
  sql: string | Texts;
}

/** `{"key": value, ...}` */
function objectText(entries: readonly Entry[]): string {
  const parts: string[] = [];
  let before = '{';
  for (const { key, sql } of entries) {
    parts.push(literal(`${before}${JSON.stringify(key)}:`), ...(typeof sql === 'string' ? [sql] : sql));
    before = ',';
  }
  return concatenated([...parts, literal(entries.length === 0 ? '{}' : '}')]);
}

function rowText(writing: Writing, plan: ObjectPlan, place: Place): string {
  const column = (name: string) => {
    place.used.add(name);
    return `${place.alias}.${name}`;
  };
  const row: RowSource = { column, joined: (table, id) => joinedRow(writing, place, table, id) };
  return objectText(
    plan.entries.map((entry): Entry => {
      const { key } = entry;
      if (entry.kind === 'constant') return { key, sql: literal(entry.json) };
      if (entry.kind === 'value') return { key, sql: entry.sqlField.json(row) };
      if (entry.kind === 'link') return { key, sql: linkText(writing, entry.object, place, entry.sqlField.id(row)) };
      return { key, sql: connectionText(writing, entry.pages, column('id')) };
    }),
  );
}

function joinedRow(writing: Writing, { joins, joined }: Place, table: string, id: string): string {
  const key = `${table} ${id}`;
  const known = joined.get(key);
  if (known !== undefined) return known;
  const alias = writing.alias();
  joined.set(key, alias);
  joins.push(` left join ${table} as ${alias}
    on ${alias}.id = ${id}`);
  return alias;
}

function linkText(writing: Writing, plan: ObjectPlan, place: Place, id: string): string {
  // the joins of a page are one flat list, in which each follows the table that it refers to
  const linked: Place = { ...place, alias: joinedRow(writing, place, plan.type.table, id), used: new Set(['id']) };
  const text = rowText(writing, plan, linked);
  return `(case when ${linked.alias}.id is null then 'null' else ${text} end)`;
}

function connectionText(writing: Writing, plan: PagesPlan, parentId: string | null): string {
  const bound = writing.bound.pages.get(plan) as BoundPages;
  const { connection } = plan;
  const page = pageParts(writing, plan, bound, parentId);
  const text = objectText(
    connection.entries.map((entry) => ({ key: entry.key, sql: connectionEntry(writing, entry, plan, page) })),
  );
  return page.read.length === 0 ? `(select ${text})` : `(with ${page.read.join(', ')} select ${text})`;
}

interface PageParts {
  /** For a `with` clause: what more than one part of the answer may need is read once. */
  read: string[];
  /** The names in `read` of the page and of its count. null: the page is not there. */
  name: string | null;
  count: string;
  /** SQL of the JSON array of all rows. `around` returns the SQL of one element: a node, or an edge around it. */
  rows(around: (node: string, cursor: string) => string): string;
}

function pageParts(writing: Writing, plan: PagesPlan, bound: BoundPages, parentId: string | null): PageParts {
  const { query, request } = bound;
  const { column } = plan.sqlField;
  const parent = column === null || parentId === null ? null : { column, sql: parentId };
  const { entries, object, needsPageInfo } = plan.connection;
  const place = placeAt(writing);
  const node = object ? rowText(writing, object, place) : literal('{}');
  // PostgreSQL refuses a parameter that the statement does not use, so a page that is not selected is not written
  const isRead = needsPageInfo || entries.some(({ kind }) => kind === 'nodes' || kind === 'edges');
  const isCounted = entries.some(({ kind }) => kind === 'totalCount' || kind === 'totalCountIsExact');
  // a count is never below the rows of the page
  const isKept = needsPageInfo || (isRead && isCounted);
  const limit = request.size + (needsPageInfo ? 1 : 0);
  const columns = columnsOf(place);
  const source = !isRead
    ? ''
    : writing.gap(({ bind, bound: now }) => {
        const { query: asked, request: given } = now.pages.get(plan) as BoundPages;
        const { listing, condition } = asked;
        return pageSource({ bind, listing, condition, request: given, limit, parent }, columns);
      });
  const [name, count] = [`${place.alias}_page`, `${place.alias}_count`];
  const counted = !isCounted
    ? ''
    : writing.gap(({ bind, bound: now }) => {
        const { query: asked, request: given, counted: condition } = now.pages.get(plan) as BoundPages;
        return countSource(bind, { listing: asked.listing, condition, request: given, parent });
      });
  const from = isKept ? name : `(${source}) as ${name}`;
  const order = orderText({ ...request, backward: false }, `${place.alias}.`);
  const cursor = cursorText(query.order, place.alias);
  return {
    read: [
      ...(isKept ? [`${name} as materialized (${source})`] : []),
      ...(isCounted ? [`${count} as (${counted})`] : []),
    ],
    name: isKept ? name : null,
    count,
    rows: (around) =>
      `('[' || coalesce((select string_agg(row, ',') from (select ${around(node, cursor)} as row
        from (select * from ${from} where is_match limit ${request.size}) as ${place.alias}${place.joins.join('')} order by ${order}) as listed), '') || ']')`,
  };
}

function connectionEntry(writing: Writing, entry: ConnectionEntry, plan: PagesPlan, page: PageParts): string {
  const bound = writing.bound.pages.get(plan) as BoundPages;
  if (entry.kind === 'constant') return literal(entry.json);
  if (entry.kind === 'nodes') return page.rows((node) => node);
  if (entry.kind === 'edges') return page.rows((node, cursor) => edgeText(entry.entries, node, cursor));
  if (entry.kind === 'pageInfo') return pageInfoText(writing, entry.entries, plan, page.name ?? '');
  if (entry.kind === 'totalCount') return countText(page, bound);
  const isExact = `(select is_exact::text from ${page.count})`;
  return writing.gap(({ bound: now }) => (now.pages.get(plan)?.query.notSearched ? literal('false') : isExact));
}

function countText({ name, count }: PageParts, { request }: BoundPages): string {
  const counted = `(select rows from ${count})`;
  if (name === null) return `${counted}::text`;
  const shown = `(select least(count(*), ${request.size}) from ${name} where is_match)`;
  return `greatest(${counted}, ${shown})::text`;
}

function edgeText(entries: readonly EdgeEntry[], node: string, cursor: string): string {
  return objectText(
    entries.map((entry) => ({
      key: entry.key,
      sql: entry.kind === 'constant' ? literal(entry.json) : entry.kind === 'node' ? node : cursor,
    })),
  );
}

function pageInfoText(writing: Writing, entries: readonly PageInfoEntry[], plan: PagesPlan, name: string): string {
  const { query, request } = writing.bound.pages.get(plan) as BoundPages;
  const notSearched = ({ bound }: Filling) => literal(JSON.stringify(bound.pages.get(plan)?.query.notSearched ?? null));
  const texts = { ...pageInfoTexts(query.order, request, name), notSearched: writing.gap(notSearched) };
  return objectText(
    entries.map((entry) => ({
      key: entry.key,
      sql: entry.kind === 'constant' ? literal(entry.json) : texts[entry.kind],
    })),
  );
}
