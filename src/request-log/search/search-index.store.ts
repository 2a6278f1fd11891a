// Writes the search index.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { BYTES_BEFORE } from '../../sql/index-lookup';
import { idBounds } from '../../values/ids';
import type { RequestStatus } from '../webhook-request-log.entity';

/** Takes the lock of the indexer until the end of the transaction. One process indexes at a time. */
export async function becomeIndexer(db: Db): Promise<boolean> {
  const row = await rowOf<{ mine: boolean }>(
    db,
    statement(`select pg_try_advisory_xact_lock(hashtext('hookledger.request_index')) as mine`),
  );
  return row?.mine === true;
}

/** The same, but waits for another process. */
export async function waitToIndex(db: Db): Promise<void> {
  await rowOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.request_index')) as locked`));
}

/** The parts of a request that are searched. */
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
  /** The payloads before it are as many bytes as may be read at once: its own was not read. */
  isLater: boolean;
}

/** The bytes of the payloads that are read at once; the last one may exceed it. A payload has up to 1 MiB. */
const MAX_BYTES = 4 * 1024 * 1024;

/** @param ids of closed requests, at least one. The first of them that exists is not for later */
export async function requestsToIndex(db: Db, ids: readonly string[]): Promise<RequestToIndex[]> {
  return rowsOf<RequestToIndex>(
    db,
    statement(`select r.id, r.status, r.duration_ms as "durationMs", r.reference_document as "referenceDocument", r.url,
        r.error, r.response_body as response, case when not later then r.body end as payload, later as "isLater"
      from (select r.*, p.body, ${BYTES_BEFORE('p.body', 'r.id')} >= $4 as later
        from webhook_request_logs r left join payloads p on p.id = r.payload_id
        where r.id = any($1::uuid[]) and r.id between $2::uuid and $3::uuid and r.finished_at is not null) as r`),
    [ids, ...idBounds(ids), MAX_BYTES],
  );
}

export interface IndexedRequest {
  id: string;
  outcome: RequestStatus;
  tookMs: number;
  words: string[];
}

/** Inserts entries. Existing entries are not changed. */
export async function insertIndexed(db: Db, rows: readonly IndexedRequest[]): Promise<void> {
  if (rows.length === 0) return;
  // unnest takes one value per row, so the words of a row are one text; no word contains a line break
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
