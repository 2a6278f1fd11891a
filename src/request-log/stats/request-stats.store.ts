// Reads and writes rollups for counting. Statistics read them in stats-figures.store.ts.
import { idBounds } from '../../ids';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import type { Direction } from '../../webhooks/webhook.entity';
import type { RequestErrorCode, RequestStatus } from '../webhook-request-log.entity';
import type { Grain } from './request-stats.entity';

/** Finished requests of one minute and of the same series. */
export interface ClosedGroup {
  /** Minutes since 1970. */
  minute: number;
  webhookId: string | null;
  documentType: string | null;
  direction: Direction;
  status: RequestStatus;
  errorCode: RequestErrorCode | null;
  requests: number;
  retries: number;
  /** Durations in milliseconds, separated by commas; null: no request has a duration. */
  durations: string | null;
}

export async function closedGroups(db: Db, ids: readonly string[]): Promise<ClosedGroup[]> {
  if (ids.length === 0) return [];
  return rowsOf<ClosedGroup>(
    db,
    statement(`select floor(extract(epoch from started_at) / 60)::integer as minute, webhook_id as "webhookId",
        document_type as "documentType", direction, status, error_code as "errorCode", count(*)::integer as requests,
        count(*) filter (where attempt_number > 1)::integer as retries,
        string_agg(greatest(duration_ms, 0)::text, ',') filter (where duration_ms is not null) as durations
      from webhook_request_logs where id = any($1::uuid[]) and id between $2::uuid and $3::uuid
      group by 1, 2, 3, 4, 5, 6`),
    [ids, ...idBounds(ids)],
  );
}

/** These requests are counted as PENDING until they finish. */
export async function insertOpen(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(
    db,
    statement(`insert into request_stats_open (request_id, webhook_id, document_type, direction, attempt_number, started_at)
      select id, webhook_id, document_type, direction, attempt_number, started_at from webhook_request_logs
      where id = any($1::uuid[]) and id between $2::uuid and $3::uuid`),
    [ids, ...idBounds(ids)],
  );
}

export async function deleteOpen(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(db, statement('delete from request_stats_open where request_id = any($1::uuid[])'), [ids]);
}

export interface Series {
  /** In hexadecimal. */
  digest: string;
  detailed: boolean;
  webhookId: string | null;
  documentType: string | null;
  direction: Direction;
  status: RequestStatus;
  errorCode: RequestErrorCode | null;
}

type SeriesId = { id: number; digest: string };

export async function seriesIds(db: Db, digests: readonly string[]): Promise<SeriesId[]> {
  return rowsOf<SeriesId>(
    db,
    statement(`select id, encode(digest, 'hex') as digest from request_stats_series where digest = any($1::bytea[])`),
    [digests.map((digest) => Buffer.from(digest, 'hex'))],
  );
}

export async function insertSeries(db: Db, series: readonly Series[]): Promise<SeriesId[]> {
  if (series.length === 0) return [];
  const column = <Key extends keyof Series>(key: Key) => series.map((each) => each[key]);
  return rowsOf<SeriesId>(
    db,
    statement(`insert into request_stats_series
        (digest, detailed, webhook_id, document_type, direction, status, error_code)
      select * from unnest($1::bytea[], $2::boolean[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
      returning id, encode(digest, 'hex') as digest`),
    [
      series.map(({ digest }) => Buffer.from(digest, 'hex')),
      column('detailed'),
      column('webhookId'),
      column('documentType'),
      column('direction'),
      column('status'),
      column('errorCode'),
    ],
  );
}

/** The key of a rollup. */
export interface RollupKey {
  seriesId: number;
  grain: Grain;
  /** Its first minute since 1970. */
  minute: number;
}

function keysOf(rollups: readonly RollupKey[]): unknown[] {
  return [rollups.map((each) => each.seriesId), rollups.map((each) => each.grain), rollups.map((each) => each.minute)];
}

/**
 * The rollups that exist; `n` is the index in the given list. `offset 0`: without it, a plan made while the table is
 * empty would later scan the whole table for each rollup of the list.
 */
export async function rollupDurations(
  db: Db,
  rollups: readonly RollupKey[],
): Promise<{ n: number; durations: Buffer }[]> {
  return rowsOf<{ n: number; durations: Buffer }>(
    db,
    statement(`select (k.n - 1)::integer as n, s.durations
      from unnest($1::integer[], $2::smallint[], $3::integer[]) with ordinality as k (series_id, grain, minute, n)
      cross join lateral (
        select durations from request_stats where series_id = k.series_id and grain = k.grain
          and bucket = to_timestamp(k.minute::bigint * 60) offset 0
      ) as s`),
    keysOf(rollups),
  );
}

/** Increments of a rollup. `durations` is the new value. */
export interface RollupChange extends RollupKey {
  requests: number;
  retries: number;
  durations: Buffer;
}

export async function saveRollups(db: Db, rollups: readonly RollupChange[]): Promise<void> {
  if (rollups.length === 0) return;
  await changedBy(
    db,
    statement(`insert into request_stats as s (series_id, grain, bucket, requests, retries, durations)
      select series_id, grain, to_timestamp(minute::bigint * 60), requests, retries, durations
      from unnest($1::integer[], $2::smallint[], $3::integer[], $4::integer[], $5::integer[], $6::bytea[])
        as c (series_id, grain, minute, requests, retries, durations)
      on conflict (series_id, grain, bucket) do update set requests = s.requests + excluded.requests,
        retries = s.retries + excluded.retries, durations = excluded.durations`),
    [
      ...keysOf(rollups),
      rollups.map((each) => each.requests),
      rollups.map((each) => each.retries),
      rollups.map((each) => each.durations),
    ],
  );
}
