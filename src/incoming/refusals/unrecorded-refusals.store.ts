import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import { columns } from '../../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';

export interface UnrecordedRow {
  webhookId: string;
  minute: Date;
  errorCode: RequestErrorCode;
  calls: number;
}

const COLUMNS = columns<UnrecordedRow>([
  ['webhookId', 'webhook_id', 'uuid'],
  ['minute', 'minute', 'timestamptz'],
  ['errorCode', 'error_code', 'text'],
  ['calls', 'calls', 'integer'],
]);

/** Adds to the counts. @param rows each webhook, minute and code once, always in the same order, to avoid deadlocks */
export async function addUnrecordedRefusals(db: Db, rows: readonly UnrecordedRow[]): Promise<void> {
  await changedBy(
    db,
    statement(`insert into unrecorded_refusals as u (${COLUMNS.names}) select * from unnest(${COLUMNS.arrays()})
     on conflict (webhook_id, minute, error_code) do update set calls = u.calls + excluded.calls`),
    COLUMNS.valuesOf(rows),
  );
}

/** The latest counts of each webhook, newest first. */
export async function unrecordedRefusalsOf(
  db: Db,
  webhookIds: readonly string[],
  most: number,
): Promise<UnrecordedRow[]> {
  return rowsOf<UnrecordedRow>(
    db,
    statement(`select u.webhook_id as "webhookId", u.minute, u.error_code as "errorCode", u.calls as "callCount"
     from unnest($1::uuid[]) as w (id), lateral (
       select * from unrecorded_refusals where webhook_id = w.id order by minute desc, error_code limit $2
     ) as u`),
    [webhookIds, most],
  );
}
