// The orders of exports: what was asked for, and what became of it.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { ExportEntity, type ExportFormat } from './export.entity';

export interface ExportRow {
  id: string;
  format: ExportFormat;
  includeContent: boolean;
  byteOrderMark: boolean;
  /** Whether whoever ordered it could read content: else URLs are cut, and searches do not look into bodies. */
  readsContent: boolean;
  /** The `where` that was asked for, as stored-where.ts writes it; null: everything. */
  condition: string | null;
  orderedBy: string;
  /** Nothing newer is in it. */
  lastRequestId: string;
  createdAt: Date;
  expiresAt: Date;
  /** Begun. */
  downloads: number;
  rowsSent: number;
  /** Before compression. */
  bytesSent: number;
  completedAt: Date | null;
}

export const EXPORTS = {
  table: 'exports',
  columns: `id, format, include_content as "includeContent", byte_order_mark as "byteOrderMark",
    reads_content as "readsContent", condition,
    ordered_by as "orderedBy", last_request_id as "lastRequestId", created_at as "createdAt", expires_at as "expiresAt",
    downloads, rows_sent::float8 as "rowsSent", bytes_sent::float8 as "bytesSent", completed_at as "completedAt"`,
};

export async function exportsById(db: Db, ids: readonly string[]): Promise<Map<string, ExportRow>> {
  const rows = await rowsOf<ExportRow>(
    db,
    statement(`select ${EXPORTS.columns} from exports where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export async function insertExport(db: Db, row: ExportRow): Promise<void> {
  await db.insert(ExportEntity, row);
}

/** The newest request that there is; null without any. */
export async function newestRequestId(db: Db): Promise<string | null> {
  const row = await rowOf<{ id: string }>(db, 'select id from webhook_request_logs order by id desc limit 1');
  return row?.id ?? null;
}

export async function noteDownloadBegun(db: Db, id: string): Promise<void> {
  await changedBy(db, statement('update exports set downloads = downloads + 1 where id = $1'), [id]);
}

/** @param completedAt null: it broke off */
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
