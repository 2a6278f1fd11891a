// Exports and the progress of their downloads.

import { unlessErased } from '../../events/payload.store';
import { networkOfSql } from '../../masking/mask-value';
import { all, bindings, type Condition, sqlTest, toSql } from '../../sql/condition';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { csvCellSql } from '../../sql/json-sql';
import { byIds, listing, type RowOf } from '../../sql/listing';
import { ID_PREFIXES, type NodeName } from '../../values/ids';
import { shownUrlSql } from '../../webhooks/credentials/shown-url';
import { ExportEntity, type ExportFormat } from './export.entity';

export const EXPORTS = listing(ExportEntity, ['eventIds', 'requestIds'], {
  rowsSent: 'rows_sent::float8',
  bytesSent: 'bytes_sent::float8',
});
export type ExportRow = RowOf<typeof EXPORTS>;
export const exportsById = byIds(EXPORTS);

/** @param targets of PERSON */
export async function insertExport(
  db: Db,
  row: ExportRow,
  targets: { eventIds: string[]; requestIds: string[] } | null = null,
): Promise<void> {
  await db.insert(ExportEntity, { ...row, ...targets });
}

/** The id of the newest request; null if the log is empty. */
export async function newestRequestId(db: Db): Promise<string | null> {
  const row = await rowOf<{ id: string }>(db, 'select id from webhook_request_logs order by id desc limit 1');
  return row?.id ?? null;
}

export async function noteDownloadBegun(db: Db, id: string): Promise<void> {
  await changedBy(db, statement('update exports set downloads = downloads + 1 where id = $1'), [id]);
}

/** @param completedAt null: the download was interrupted */
export async function noteDownloadEnded(
  db: Db,
  id: string,
  sent: { rows: number; bytes: number },
  completedAt: Date | null,
): Promise<void> {
  await changedBy(
    db,
    statement(`update exports set rows_sent = rows_sent + $2, bytes_sent = bytes_sent + $3,
       completed_at = coalesce($4, completed_at) where id = $1`),
    [id, sent.rows, sent.bytes, completedAt],
  );
}

// Reads the rows of an export, some thousands per statement, so that no statement runs so long that it delays vacuum.

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

// The columns of an export. The database writes each row as a line, because a million rows would be a million objects
// here. `r` is the request, `w` its webhook, `u` its user.

interface Column {
  name: string;
  sql: string;
  /** A text from outside. Other columns have no characters that CSV quotes. */
  isText?: boolean;
}

const TIME = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

const id = (name: string, node: NodeName, sql: string): Column => {
  return { name, sql: `'${ID_PREFIXES[node]}_' || encode(uuid_send(${sql}), 'hex')` };
};
const text = (name: string, sql: string): Column => ({ name, sql, isText: true });
const plain = (name: string, sql: string): Column => ({ name, sql });
const time = (name: string, sql: string): Column => ({ name, sql: `to_char(${sql} at time zone 'UTC', ${TIME})` });

const MASKED_URL = shownUrlSql('r.url', 'w.url');

/** @param seesAll whether the readers of the file may see whole URLs and addresses */
function columnsFor(seesAll: boolean): Column[] {
  return [
    id('id', 'WebhookRequestLog', 'r.id'),
    id('webhookId', 'Webhook', 'r.webhook_id'),
    text('webhookName', 'w.name'),
    plain('direction', 'r.direction'),
    plain('status', 'r.status'),
    text('documentType', 'r.document_type'),
    text('event', 'r.event'),
    text('referenceDocument', 'r.reference_document'),
    id('businessEventId', 'BusinessEvent', 'r.business_event_id'),
    id('deliveryId', 'Delivery', 'r.delivery_id'),
    id('userId', 'User', 'r.user_id'),
    text('userName', 'u.name'),
    plain('attemptNumber', 'r.attempt_number'),
    plain('duplicate', 'r.duplicate'),
    plain('test', 'r.test'),
    id('replayId', 'Replay', 'r.replay_id'),
    text('method', 'r.method'),
    text('url', seesAll ? 'r.url' : MASKED_URL),
    time('startedAt', 'r.started_at'),
    time('finishedAt', 'r.finished_at'),
    plain('durationMs', 'r.duration_ms'),
    plain('dnsMs', 'r.dns_ms'),
    plain('connectMs', 'r.connect_ms'),
    plain('tlsMs', 'r.tls_ms'),
    plain('firstByteMs', 'r.first_byte_ms'),
    plain('responseStatus', 'r.response_status'),
    text('error', 'r.error'),
    plain('errorCode', 'r.error_code'),
    text('traceId', 'r.trace_id'),
    text('remoteAddress', seesAll ? 'r.remote_address' : networkOfSql('r.remote_address')),
  ];
}

/** The names of the columns, in the order of the file. */
export const EXPORT_COLUMNS: readonly string[] = columnsFor(true).map(({ name }) => name);

/** The SELECT list of a row as a line without its end, named `line`. */
function lineSql(format: ExportFormat, seesAll: boolean): string {
  const columns = columnsFor(seesAll);
  if (format === 'CSV') return `concat(${columns.map(cellSql).join(`, ',', `)}) as line`;
  const fields = columns.map(({ name, sql }) => `${sql} as "${name}"`).join(', ');
  // an alias that no column has: PostgreSQL would take it for the column
  return `(select row_to_json(line_fields)::text from (select ${fields}) as line_fields) as line`;
}

// concat() skips nulls, which gives an empty cell
function cellSql({ sql, isText }: Column): string {
  return isText ? csvCellSql(sql) : `(${sql})::text`;
}
