// Reads the rows of an export, some thousands per statement, so that no statement runs so long that it delays vacuum.
import { unlessErased } from '../../events/payload.store';
import { all, bindings, type Condition, sqlTest, toSql } from '../../sql/condition';
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import type { ExportFormat } from './export.entity';
import { lineSql } from './export-columns.store';

/** Requests after `after`, up to `last` inclusive. */
export interface RequestRange {
  after: string;
  last: string;
}

/** Lines per text: about 50 kB. */
export const PIECE_LINES = 64;

/** Which rows, and how they are written. */
export interface ExportPlan {
  condition: Condition;
  format: ExportFormat;
  seesAll: boolean;
}

/** The last of the first `atMost` requests in the range; null if there are fewer. */
export async function endOfRequests(db: Db, range: RequestRange, atMost: number): Promise<string | null> {
  const row = await rowOf<{ id: string }>(
    db,
    statement(`select id from webhook_request_logs where id > $1 and id <= $2 order by id offset $3::int - 1 limit 1`),
    [range.after, range.last, atMost],
  );
  return row?.id ?? null;
}

/** Lines with their line ends, and the id of the last one. */
export interface LinePiece {
  text: string;
  rows: number;
  last: string;
}

/**
 * The first `atMost` rows as lines, in texts of several lines. A text per line would cost the time of joining them, and
 * one text of megabytes would keep the garbage collector busy.
 * @param end the line end
 */
export async function readLines(
  db: Db,
  plan: ExportPlan,
  range: RequestRange,
  atMost: number,
  end: string,
): Promise<LinePiece[]> {
  const { values, bind } = bindings();
  const rows = `(select * from webhook_request_logs where ${toSql(all([plan.condition, within(range)]), bind)}
    order by id limit ${bind(atMost)})`;
  const lines = `select r.id::text collate "C" as id, ${lineSql(plan.format, plan.seesAll)}
    from ${rows} as r ${LINKED} order by r.id`;
  const numbered = `select id, line, (row_number() over (order by id) - 1) / ${PIECE_LINES} as piece from (${lines}) as lines`;
  const sql = `select string_agg(line || ${bind(end)}, '' order by id) as text, count(*)::int as rows, max(id) as last
    from (${numbered}) as numbered group by piece order by piece`;
  return rowsOf<LinePiece>(db, sql, values);
}

export interface ContentRow {
  id: string;
  /** The columns without content. */
  line: string;
  headers: string | null;
  data: Buffer | null;
  responseHeaders: string | null;
  response: Buffer | null;
  responseTruncated: boolean | null;
}

/**
 * Rows with their content: at most `atMost` rows and about `bytes` bytes of content, but at least one row.
 * `more`: whether there may be further rows in the range.
 */
export async function readContents(
  db: Db,
  plan: ExportPlan,
  range: RequestRange,
  atMost: number,
  bytes: number,
): Promise<{ rows: ContentRow[]; more: boolean }> {
  const { values, bind } = bindings();
  const rows = `(select * from webhook_request_logs where ${toSql(all([plan.condition, within(range)]), bind)}
    order by id limit ${bind(atMost)})`;
  const sql = `select r.id, ${lineSql(plan.format, plan.seesAll)}, r.headers, r.data,
      r.response_headers as "responseHeaders", r.response_body as response,
      r.response_truncated as "responseTruncated", r.reached >= ${bind(bytes)} as full
    from (
      select weighed.*, sum(weight) over (order by id rows between unbounded preceding and current row) as reached
      from (
        select l.*, p.body as data, coalesce(octet_length(p.body), 0) + coalesce(octet_length(l.response_body), 0)
          + coalesce(octet_length(l.headers), 0) + coalesce(octet_length(l.response_headers), 0) as weight
        from ${rows} as l
        left join lateral (select body from payloads where id = ${unlessErased('l.payload_id', 'l.erasure_id')} limit 1) as p on true
      ) as weighed
    ) as r ${LINKED} where r.reached - r.weight < ${bind(bytes)} order by r.id`;
  const read = await rowsOf<ContentRow & { full: boolean }>(db, sql, values);
  return { rows: read, more: read.length === atMost || read.at(-1)?.full === true };
}

const LINKED = 'left join webhooks as w on w.id = r.webhook_id left join users as u on u.id = r.user_id';

function within({ after, last }: RequestRange): Condition {
  return sqlTest((bind) => `id > ${bind(after)}::uuid and id <= ${bind(last)}::uuid`);
}
