// Finds the latest failure of a webhook, or of a webhook and an error code.
import { firstIdAt } from '../../ids';
import { type Bind, bindings, type Condition, toSql } from '../../sql/condition';
import { type Db, rowsOf } from '../../sql/db';
import { FAILED_STATUSES } from '../failed-request.entity';

const FAILED = `status in (${FAILED_STATUSES.map((status) => `'${status}'`).join(', ')})`;
const WINDOW = `interval '15 minutes'`;

/** A webhook and an error code; `errorCode` undefined: any. */
export interface SampleKey {
  webhookId: string | null;
  errorCode?: string | null;
}

interface Span {
  from: number;
  to: number;
}

interface Sample {
  /** The index in the list of keys. */
  n: number;
  id: string;
}

/** Searches spans with rollups: the newest quarter of an hour that has such a failure. */
export async function failuresFromRollups(db: Db, keys: readonly SampleKey[], span: Span, condition: Condition) {
  const { values, bind } = bindings();
  const [from, to] = [bind(firstIdAt(span.from)), bind(firstIdAt(span.to))];
  // per series, so that its rollups are read backwards from the index until one has such a failure
  const sql = `select k.n, hit.id from ${listOf(keys, bind)} cross join lateral (
      select latest.id from request_stats_series as s cross join lateral (
        select failed.id from request_stats as c cross join lateral (
          select f.id from failed_requests as f cross join lateral (
            select from webhook_request_logs as r where r.id = f.id
              and (r.webhook_id, r.document_type, r.direction, r.status, r.error_code)
                is not distinct from (s.webhook_id, s.document_type, s.direction, s.status, s.error_code) offset 0
          ) as alike
          where f.id >= greatest(first_id_at(c.bucket), ${from}::uuid)
            and f.id < least(first_id_at(c.bucket + ${WINDOW}), ${to}::uuid)
          order by f.id desc limit 1
        ) as failed
        where c.series_id = s.id and c.grain = 15 and c.bucket > ${time(span.from, bind)} - ${WINDOW}
          and c.bucket < ${time(span.to, bind)}
        order by c.bucket desc limit 1
      ) as latest
      where s.detailed and s.${FAILED} and ${ofKey('s')} and ${toSql(condition, bind)}
      order by latest.id desc limit 1
    ) as hit`;
  return rowsOf<Sample>(db, sql, values);
}

/** Searches spans that are counted row by row. */
export async function failuresFromRows(
  db: Db,
  keys: readonly SampleKey[],
  rowSpans: readonly Span[],
  condition: Condition,
): Promise<Sample[]> {
  if (rowSpans.length === 0) return [];
  const { values, bind } = bindings();
  const [from, to] = [rowSpans.map((each) => firstIdAt(each.from)), rowSpans.map((each) => firstIdAt(each.to))];
  const sql = `with failures as materialized (
      select id, webhook_id, error_code
      from unnest(${bind(from)}::uuid[], ${bind(to)}::uuid[]) as w (first_id, end_id)
      join webhook_request_logs as r on r.id >= w.first_id and r.id < w.end_id
      where ${FAILED} and ${toSql(condition, bind)}
    ) select k.n, hit.id from ${listOf(keys, bind)} cross join lateral (
      select id from failures as f where ${ofKey('f')} order by id desc limit 1
    ) as hit`;
  return rowsOf<Sample>(db, sql, values);
}

function listOf(keys: readonly SampleKey[], bind: Bind): string {
  const rows = keys.map(({ webhookId, errorCode }, n) => {
    const isAny = errorCode === undefined;
    return `(${n}, ${bind(webhookId)}::uuid, ${isAny}, ${bind(isAny ? null : errorCode)}::text)`;
  });
  return `(values ${rows.join(', ')}) as k (n, of_webhook, any_code, of_code)`;
}

function ofKey(row: string): string {
  return `${row}.webhook_id is not distinct from k.of_webhook
    and (k.any_code or ${row}.error_code is not distinct from k.of_code)`;
}

function time(ms: number, bind: Bind): string {
  return `${bind(new Date(ms).toISOString())}::timestamptz`;
}
