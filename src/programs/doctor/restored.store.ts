// What a restored database has, and what it would send.
import { type Db, rowOf } from '../../sql/db';
import type { SafeClient } from '../../sql/session';

/** The times of the newest rows; null: there is none. */
export interface NewestRows {
  event: Date | null;
  request: Date | null;
  entry: Date | null;
}

/** By their ids: the newest of a table with months is found in its last one. */
export async function newestRows(db: Db): Promise<NewestRows> {
  const row = await rowOf<NewestRows>(
    db,
    `select
       to_timestamp(ms_of_id((select id from business_events order by id desc limit 1)) / 1000.0) as event,
       to_timestamp(ms_of_id((select id from webhook_request_logs order by id desc limit 1)) / 1000.0) as request,
       to_timestamp(ms_of_id((select id from audit_entries order by id desc limit 1)) / 1000.0) as entry`,
  );
  return row as NewestRows;
}

export interface ToSend {
  /** Events that no worker has looked at. */
  events: number;
  /** Deliveries with an attempt that is due, or will be. */
  deliveries: number;
  replays: number;
}

export async function whatWouldBeSent(db: Db): Promise<ToSend> {
  const row = await rowOf<ToSend>(
    db,
    `select (select count(*)::integer from outbox) as events, (select count(*)::integer from delivery_jobs) as deliveries,
       (select count(*)::integer from replays where finished_at is null) as replays`,
  );
  return row as ToSend;
}

interface Numbered {
  table: string;
  column: string;
  sequence: string;
}

/** @returns the sequences that would give a number which is in use, and how many there are */
export async function sequencesBehind(owner: SafeClient): Promise<{ behind: string[]; all: number }> {
  const { rows: numbered } = await owner.query<Numbered>(
    `select t.oid::regclass::text as table, quote_ident(a.attname) as column,
       pg_get_serial_sequence(t.oid::regclass::text, a.attname) as sequence
     from pg_class t join pg_attribute a on a.attrelid = t.oid
     where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and a.attnum > 0 and not a.attisdropped
       and pg_get_serial_sequence(t.oid::regclass::text, a.attname) is not null order by 1, 2`,
  );
  const behind: string[] = [];
  for (const { table, column, sequence } of numbered) {
    const { rows } = await owner.query<{ isBehind: boolean }>(
      `select coalesce(max(${column}), 0) > (
         select case when is_called then last_value else last_value - 1 end from ${sequence}
       ) as "isBehind" from ${table}`,
    );
    if (rows[0]?.isBehind) behind.push(sequence);
  }
  return { behind, all: numbered.length };
}
