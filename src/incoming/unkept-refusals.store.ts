import type { RequestErrorCode } from '../request-log/webhook-request-log.entity';
import { columns } from '../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../sql/db';

export interface UnkeptRow {
  webhookId: string;
  minute: Date;
  errorCode: RequestErrorCode;
  calls: number;
}

const UNKEPT = columns<UnkeptRow>([
  ['webhookId', 'webhook_id', 'uuid'],
  ['minute', 'minute', 'timestamptz'],
  ['errorCode', 'error_code', 'text'],
  ['calls', 'calls', 'integer'],
]);

/** Adds to what is counted. @param rows each webhook, minute and code once, in the order in which everybody writes them */
export async function addUnkept(db: Db, rows: readonly UnkeptRow[]): Promise<void> {
  await changedBy(
    db,
    statement(`insert into unkept_refusals as u (${UNKEPT.names}) select * from unnest(${UNKEPT.arrays()})
     on conflict (webhook_id, minute, error_code) do update set calls = u.calls + excluded.calls`),
    UNKEPT.valuesOf(rows),
  );
}

/** Of each webhook its latest, newest first. */
export async function unkeptOf(db: Db, webhookIds: readonly string[], most: number): Promise<UnkeptRow[]> {
  return rowsOf<UnkeptRow>(
    db,
    statement(`select u.webhook_id as "webhookId", u.minute, u.error_code as "errorCode", u.calls
     from unnest($1::uuid[]) as w (id), lateral (
       select * from unkept_refusals where webhook_id = w.id order by minute desc, error_code limit $2
     ) as u`),
    [webhookIds, most],
  );
}
