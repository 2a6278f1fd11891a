import type { RequestErrorCode } from '../request-log/webhook-request-log.entity';
import { columns } from '../sql/columns';
import { changedBy, type Db, rowsOf, statement } from '../sql/db';

export interface SampledRow {
  webhookId: string;
  minute: Date;
  errorCode: RequestErrorCode;
  calls: number;
}

const SAMPLED = columns<SampledRow>([
  ['webhookId', 'webhook_id', 'uuid'],
  ['minute', 'minute', 'timestamptz'],
  ['errorCode', 'error_code', 'text'],
  ['calls', 'calls', 'integer'],
]);

/** Adds to the counts. @param rows each webhook, minute and code once, always in the same order, to avoid deadlocks */
export async function addSampledRefusals(db: Db, rows: readonly SampledRow[]): Promise<void> {
  await changedBy(
    db,
    statement(`insert into sampled_refusals as u (${SAMPLED.names}) select * from unnest(${SAMPLED.arrays()})
     on conflict (webhook_id, minute, error_code) do update set calls = u.calls + excluded.calls`),
    SAMPLED.valuesOf(rows),
  );
}

/** The latest counts of each webhook, newest first. */
export async function sampledRefusalsOf(db: Db, webhookIds: readonly string[], most: number): Promise<SampledRow[]> {
  return rowsOf<SampledRow>(
    db,
    statement(`select u.webhook_id as "webhookId", u.minute, u.error_code as "errorCode", u.calls
     from unnest($1::uuid[]) as w (id), lateral (
       select * from sampled_refusals where webhook_id = w.id order by minute desc, error_code limit $2
     ) as u`),
    [webhookIds, most],
  );
}
