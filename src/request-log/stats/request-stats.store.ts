// Reads what statistics of requests count: finished requests, and those that are open.
import { idBounds } from '../../ids';
import { changedBy, type Db, rowsOf, statement } from '../../sql/db';
import type { Direction } from '../../webhooks/webhook.entity';
import type { RequestErrorCode, RequestStatus } from '../webhook-request-log.entity';
import type { RollupTables } from './rollups.store';

export const REQUEST_ROLLUPS: RollupTables = {
  series: 'request_stats_series',
  rollups: 'request_stats',
  count: 'requests',
  sum: 'retries',
  histograms: ['durations', 'dns_times', 'connect_times', 'tls_times', 'first_byte_times'],
  dimensions: [
    { column: 'webhook_id', type: 'uuid', detailedOnly: true },
    { column: 'document_type', type: 'text', detailedOnly: true },
    { column: 'direction', type: 'text', detailedOnly: false },
    { column: 'status', type: 'text', detailedOnly: false },
    { column: 'error_code', type: 'text', detailedOnly: false },
  ],
};

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
  /** The parts of the durations, likewise. */
  dnsTimes: string | null;
  connectTimes: string | null;
  tlsTimes: string | null;
  firstByteTimes: string | null;
}

function listOf(column: string): string {
  return `string_agg(greatest(${column}, 0)::text, ',') filter (where ${column} is not null)`;
}

export async function closedGroups(db: Db, ids: readonly string[]): Promise<ClosedGroup[]> {
  if (ids.length === 0) return [];
  return rowsOf<ClosedGroup>(
    db,
    statement(`select floor(extract(epoch from started_at) / 60)::integer as minute, webhook_id as "webhookId",
        document_type as "documentType", direction, status, error_code as "errorCode", count(*)::integer as requests,
        count(*) filter (where attempt_number > 1)::integer as retries,
        ${listOf('duration_ms')} as durations, ${listOf('dns_ms')} as "dnsTimes", ${listOf('connect_ms')} as "connectTimes",
        ${listOf('tls_ms')} as "tlsTimes", ${listOf('first_byte_ms')} as "firstByteTimes"
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
      where id = any($1::uuid[]) and id between $2::uuid and $3::uuid on conflict do nothing`),
    [ids, ...idBounds(ids)],
  );
}

/** @returns the request, if it has not finished */
export async function stillOpen(db: Db, id: string): Promise<string[]> {
  const sql = statement('select id from webhook_request_logs where id = $1 and finished_at is null');
  return (await rowsOf<{ id: string }>(db, sql, [id])).map((row) => row.id);
}

export async function deleteOpen(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await changedBy(db, statement('delete from request_stats_open where request_id = any($1::uuid[])'), [ids]);
}
