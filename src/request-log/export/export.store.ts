// Exports and the progress of their downloads.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { ExportEntity, type ExportFormat, type ExportKind } from './export.entity';

export interface ExportRow {
  id: string;
  kind: ExportKind;
  format: ExportFormat;
  includeContent: boolean;
  byteOrderMark: boolean;
  /** Whether nothing was masked from its creator. Otherwise URLs are masked and `search` does not include bodies. */
  readsContent: boolean;
  /** The `where`, as stored-where.ts writes it; null: all requests. */
  condition: string | null;
  orderedBy: string;
  /** The file has no newer requests. */
  lastRequestId: string;
  createdAt: Date;
  expiresAt: Date;
  /** Downloads that were started. */
  downloads: number;
  rowsSent: number;
  /** Before compression. */
  bytesSent: number;
  completedAt: Date | null;
  /** PERSON: the user; null: a person whom events and requests name. */
  userId: string | null;
}

export const EXPORTS = {
  table: 'exports',
  columns: `id, kind, format, include_content as "includeContent", byte_order_mark as "byteOrderMark",
    reads_content as "readsContent", condition,
    ordered_by as "orderedBy", last_request_id as "lastRequestId", created_at as "createdAt", expires_at as "expiresAt",
    downloads, rows_sent::float8 as "rowsSent", bytes_sent::float8 as "bytesSent", completed_at as "completedAt",
    user_id as "userId"`,
};

export async function exportsById(db: Db, ids: readonly string[]): Promise<Map<string, ExportRow>> {
  const rows = await rowsOf<ExportRow>(
    db,
    statement(`select ${EXPORTS.columns} from exports where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

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
