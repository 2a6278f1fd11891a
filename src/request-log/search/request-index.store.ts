// The index of the log: filled behind the feed, asked by searches.
import { idBounds } from '../../ids';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import type { RequestStatus } from '../webhook-request-log.entity';

/** One indexer at a time, over all processes: whoever has this lock until the end of its transaction. */
export async function becomeIndexer(db: Db): Promise<boolean> {
  const row = await rowOf<{ mine: boolean }>(
    db,
    statement(`select pg_try_advisory_xact_lock(hashtext('hookledger.request_index')) as mine`),
  );
  return row?.mine === true;
}

/** How old the oldest change is that the index has not taken in, in seconds; 0: it is up to date. */
export async function indexBehindSeconds(db: Db): Promise<number> {
  const row = await rowOf<{ seconds: number }>(
    db,
    statement(`select greatest(0, extract(epoch from clock_timestamp() - min(c.at)))::float8 as seconds
      from feed_positions p join request_changes c
        on p.reader = 'index' and c.xid >= pg_snapshot_xmin(p.from_snapshot::pg_snapshot)::text::bigint and c.kind = 'CLOSED'
        and not pg_visible_in_snapshot(c.xid::text::xid8, p.from_snapshot::pg_snapshot)
        and (p.to_snapshot is null or c.id > p.after_id
          or not pg_visible_in_snapshot(c.xid::text::xid8, p.to_snapshot::pg_snapshot))`),
  );
  return row?.seconds ?? 0;
}

/** What of a request can be searched. */
export interface SearchedRequest {
  referenceDocument: string | null;
  url: string;
  error: string | null;
  payload: Buffer | null;
  response: Buffer | null;
}

export interface RequestToIndex extends SearchedRequest {
  id: string;
  status: RequestStatus;
  durationMs: number | null;
}

/** @param ids of closed requests, one at least */
export async function requestsToIndex(db: Db, ids: readonly string[]): Promise<RequestToIndex[]> {
  return rowsOf<RequestToIndex>(
    db,
    statement(`select r.id, r.status, r.duration_ms as "durationMs", r.reference_document as "referenceDocument", r.url,
        r.error, r.response_body as response, p.body as payload
      from webhook_request_logs r left join payloads p on p.id = r.payload_id
      where r.id = any($1::uuid[]) and r.id between $2::uuid and $3::uuid and r.finished_at is not null`),
    [ids, ...idBounds(ids)],
  );
}

export interface IndexedRequest {
  id: string;
  outcome: RequestStatus;
  tookMs: number;
  words: string[];
}

/** Adds rows; one that is there already stays. */
export async function insertIndexed(db: Db, rows: readonly IndexedRequest[]): Promise<void> {
  if (rows.length === 0) return;
  // unnest takes arrays of one length: each row's words travel as one text. No word has a line break
  await changedBy(
    db,
    statement(`insert into request_index (id, outcome, took_ms, words)
      select id, outcome, took_ms, array_to_tsvector(string_to_array(words, E'\\n'))
      from unnest($1::uuid[], $2::text[], $3::integer[], $4::text[]) as r (id, outcome, took_ms, words)
      on conflict (id) do nothing`),
    [
      rows.map(({ id }) => id),
      rows.map(({ outcome }) => outcome),
      rows.map(({ tookMs }) => tookMs),
      rows.map(({ words }) => words.join('\n')),
    ],
  );
}
