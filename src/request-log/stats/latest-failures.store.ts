// Finds the latest failure of each of some groups, such as of a webhook and an error code.
import { firstIdAt } from '../../ids';
import { type Bind, bindings, type Condition, toSql } from '../../sql/condition';
import { type Db, rowsOf } from '../../sql/db';
import { FAILED_STATUSES } from '../failed-request.entity';
import { DIMENSIONS } from './stats-source.store';

const FAILED = `status in (${FAILED_STATUSES.map((status) => `'${status}'`).join(', ')})`;
const WINDOW = `interval '15 minutes'`;

/** Dimensions of requests, with their types. */
const OF_REQUESTS = { webhookId: 'uuid', documentType: 'text', direction: 'text', errorCode: 'text' } as const;
type OfRequests = keyof typeof OF_REQUESTS;
const NAMES = Object.keys(OF_REQUESTS) as OfRequests[];

/** The values of dimensions; undefined: any. */
export type SampleKey = Readonly<Partial<Record<OfRequests, string | null>>>;

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
      select id, ${NAMES.map((name) => DIMENSIONS[name]).join(', ')}
      from unnest(${bind(from)}::uuid[], ${bind(to)}::uuid[]) as w (first_id, end_id)
      join webhook_request_logs as r on r.id >= w.first_id and r.id < w.end_id
      where ${FAILED} and ${toSql(condition, bind)}
    ) select k.n, hit.id from ${listOf(keys, bind)} cross join lateral (
      select id from failures as f where ${ofKey('f')} order by id desc limit 1
    ) as hit`;
  return rowsOf<Sample>(db, sql, values);
}

function listOf(keys: readonly SampleKey[], bind: Bind): string {
  const rows = keys.map((key, n) => {
    const values = NAMES.map((name) => `${key[name] === undefined}, ${bind(key[name] ?? null)}::${OF_REQUESTS[name]}`);
    return `(${n}, ${values.join(', ')})`;
  });
  return `(values ${rows.join(', ')}) as k (n, ${NAMES.map((name) => `"any ${name}", "${name}"`).join(', ')})`;
}

function ofKey(row: string): string {
  return NAMES.map((name) => `(k."any ${name}" or ${row}.${DIMENSIONS[name]} is not distinct from k."${name}")`).join(
    ' and ',
  );
}

function time(ms: number, bind: Bind): string {
  return `${bind(new Date(ms).toISOString())}::timestamptz`;
}
