// Whether the database has what the partners were told: every answer against every row and event.
import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from './bench';

export interface Ledger {
  calls: number;
  answers: number;
  /** Answers of calls that were sent before: each has a row that says so. */
  repeated: number;
  /** Answered 2xx without a row or an event of their own. */
  lost: number;
  /** Calls with more than one event, or more than one row that became one. */
  duplicated: number;
}

interface Row {
  id: string;
  status: string;
  duplicate: boolean;
  reference: string;
  businessEventId: string;
}

export async function checkAccepted({ installation: { sql }, partnerId, tally }: Bench): Promise<Ledger> {
  const { rows } = await sql.query<Row>(
    `select replace(id::text, '-', '') as id, status, duplicate, reference_document as reference,
       business_event_id as "businessEventId"
     from webhook_request_logs where webhook_id = $1`,
    [partnerId],
  );
  const events = await sql.query<{ id: string; reference: string }>(
    `select e.id, e.reference_document as reference
     from business_events e join webhook_request_logs r on r.id = e.request_id where r.webhook_id = $1`,
    [partnerId],
  );
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const eventsOf = Map.groupBy(events.rows, ({ reference }) => reference);
  const answersOf = Map.groupBy(tally.answered(), ({ number }) => number);
  const ledger = { calls: answersOf.size, answers: tally.answered().length, repeated: 0, lost: 0, duplicated: 0 };
  for (const [number, answers] of answersOf) {
    const own = eventsOf.get(`PAY-${String(number).padStart(9, '0')}`) ?? [];
    const kept = answers.flatMap(({ requestId }) => rowsById.get(requestId) ?? []);
    const right = kept.filter((row) => row.status === 'SUCCEEDED' && row.businessEventId === own[0]?.id);
    const firsts = right.filter((row) => !row.duplicate).length;
    ledger.repeated += right.length - firsts;
    ledger.lost += Math.max(answers.length - right.length, firsts === 0 ? 1 : 0);
    ledger.duplicated += Math.max(0, own.length - 1) + Math.max(0, firsts - 1);
  }
  // rows and events that nobody was told of
  ledger.duplicated += Math.max(0, rows.length - ledger.answers) + Math.max(0, events.rows.length - ledger.calls);
  return ledger;
}

export interface Refusals {
  recorded: number;
  unrecorded: number;
}

const COUNTS_LATE_MS = 10_000;

/** Waits until what is counted once a second says as much as was answered. */
export async function countRefusals({ installation: { sql }, forgedId }: Bench, answered: number): Promise<Refusals> {
  for (const end = Date.now() + COUNTS_LATE_MS; ; await wait(100)) {
    const { rows } = await sql.query<Refusals>(
      `select (select count(*) from webhook_request_logs where webhook_id = $1 and status = 'REFUSED')::int as recorded,
         (select coalesce(sum(calls), 0) from unrecorded_refusals where webhook_id = $1)::int as unrecorded`,
      [forgedId],
    );
    const counts = rows[0] as Refusals;
    if (counts.recorded + counts.unrecorded >= answered || Date.now() > end) return counts;
  }
}
