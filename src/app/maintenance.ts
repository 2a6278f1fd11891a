import type { DataSource } from 'typeorm';
import { type Loop, startLoop } from '../delivery/loop';
import { forgetKeysBefore } from '../events/idempotency-key.store';
import type { Log } from '../log';

const HOUR_MS = 3600_000;
const IDEMPOTENCY_MS = 30 * 24 * HOUR_MS;
const MONTHS_AHEAD = 3;

/** What a running system does for itself, every hour: partitions of the coming months, forgetting old keys. */
export function startMaintenance(source: DataSource, log: Log): Loop {
  return startLoop('maintenance', HOUR_MS, log, async () => {
    await source.query('select ensure_month_partitions($1)', [MONTHS_AHEAD]);
    const forgotten = await forgetKeysBefore(source.manager, new Date(Date.now() - IDEMPOTENCY_MS));
    if (forgotten > 0) log.info({ forgotten }, 'idempotency keys older than 30 days were forgotten');
    return false;
  });
}
