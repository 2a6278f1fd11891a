// The price of an operation on tables of a certain size. Nothing is run.
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/log';
import { createRateLimits } from '../../src/server/edge/rate-limits';
import { createGate } from '../../src/server/graphql/graphql-gate';
import { trustedDocumentsFor } from '../../src/server/graphql/trusted-documents';
import { sharedSchema } from '../../src/server/schema/schema';
import type { TimeRange } from '../../src/sql/resolving/table-blocks';

/** A scan of so many blocks costs 50,000 points. */
export const BLOCKS = 50_000 / 1.5;
const DAYS = 90;
const DAY_MS = 86_400_000;
/** When all prices of a test file are asked: a range of time since `daysAgo` would grow while the file runs, and its price. */
const NOW = Date.now();

export const daysAgo = (days: number) => new Date(NOW - days * DAY_MS).toISOString();

/** @param blocks of each table: the rows of 90 days up to now, as many on each day */
export function priceOf(
  query: string,
  variables: Record<string, unknown> = {},
  blocks = BLOCKS,
): { points: number; message: string | null } {
  const schema = sharedSchema();
  const first = NOW - DAYS * DAY_MS;
  const of = (_table: string, { from, to }: TimeRange) =>
    (blocks * Math.max(Math.min(to ?? NOW, NOW) - Math.max(from ?? first, first), 0)) / (NOW - first);
  const rates = createRateLimits({ costPerMinute: 0, requestsPerSecond: 0, wrongKeysPerMinute: 0 });
  const gate = createGate(schema, rates, trustedDocumentsFor(readConfig({}), schema, createLog('silent')), { of });
  const caller = { viewer: null, remoteAddress: '203.0.113.7', requestId: 'request-1' };
  const prepared = gate.prepare({ query, variables }, caller);
  if (prepared.errors === null) return { points: prepared.cost.requested, message: null };
  const message = prepared.errors[0]?.message ?? '';
  return { points: Number(/ costs (\d+);/.exec(message)?.[1]), message };
}
