// Partners that have received rows, or may have: they must be informed of an erasure (GDPR Art. 19).
import { type Db, rowsOf, statement } from '../sql/db';

export interface Recipient {
  webhookId: string;
  webhookName: string;
  /** Empty: it is no longer known. */
  host: string;
  firstAt: Date;
  lastAt: Date;
  requestCount: number;
}

const MAX_LISTED = 1_000;
const RECIPIENT = `x.webhook_id as "webhookId", w.name as "webhookName", x.host, x.first_at as "firstAt", x.last_at as "lastAt"`;
const NAMED = 'join webhooks w on w.id = x.webhook_id';

export async function recipientsOfRequests(db: Db, ids: readonly string[]): Promise<Recipient[]> {
  return rowsOf(
    db,
    statement(
      `select ${RECIPIENT}, x.request_count as "requestCount" from recipients_of($1::uuid[]) x ${NAMED}
     order by x.webhook_id, x.host`,
    ),
    [ids],
  );
}

/** The first 1,000. */
export async function recipientsOfTargets(
  db: Db,
  { events, requests }: { events: readonly string[]; requests: readonly string[] },
): Promise<Recipient[]> {
  return rowsOf(
    db,
    statement(`select ${RECIPIENT}, x.request_count as "requestCount" from recipients_of(array(
       select id from webhook_request_logs where business_event_id = any($1::uuid[]) and erasure_id is null
       union all select unnest($2::uuid[])
     )) x ${NAMED} order by x.webhook_id, x.host limit $3`),
    [events, requests, MAX_LISTED],
  );
}

/** Of what an order has erased so far: the first 1,000. */
export async function recipientsOfErasure(db: Db, erasureId: string): Promise<Recipient[]> {
  return rowsOf(
    db,
    statement(
      `select ${RECIPIENT}, x.requests as "requestCount" from erasure_recipients x ${NAMED}
     where x.erasure_id = $1 order by x.webhook_id, x.host limit $2`,
    ),
    [erasureId, MAX_LISTED],
  );
}
