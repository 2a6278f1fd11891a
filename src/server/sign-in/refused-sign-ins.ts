import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { recordRefusal } from '../../audit/record';
import { AppError } from '../../errors';
import type { Log } from '../../log';
import type { Db } from '../../sql/db';
import { addressRange } from '../edge/address-range';
import { originOf } from '../edge/http-context';

const MINUTE_MS = 60_000;
const MAX_ADDRESSES = 1_000;
/** Audit entries are kept for years, and a caller who is not known must not fill the trail. */
const MAX_PER_MINUTE = 60;

/** Records refused sign-ins in the audit trail, one for each address and minute; the next one counts the others. */
export interface RefusedSignIns {
  /** Runs a sign-in, and records it if it is refused. */
  recording<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T>;
}

export function createRefusedSignIns(db: Db, log: Log): RefusedSignIns {
  const untold = new LRUCache<string, { until: number; count: number }>({ max: MAX_ADDRESSES });
  let minute = { until: 0, recorded: 0 };

  // null: it is only counted
  function toRecord(range: string): { notRecorded: number } | null {
    const now = performance.now();
    if (now >= minute.until) minute = { until: now + MINUTE_MS, recorded: 0 };
    const known = untold.get(range);
    if (minute.recorded >= MAX_PER_MINUTE || (known && now < known.until)) {
      untold.set(range, { until: known?.until ?? now, count: (known?.count ?? 0) + 1 });
      return null;
    }
    minute.recorded += 1;
    untold.set(range, { until: now + MINUTE_MS, count: 0 });
    return { notRecorded: known?.count ?? 0 };
  }

  return {
    async recording(request, work) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const entry = toRecord(addressRange(request.ip));
        if (entry) {
          const act = { action: 'session.refused', reason: error.message, details: { ...entry } };
          await recordRefusal(db, originOf(request), act).catch((fault: unknown) =>
            log.error({ err: fault }, 'a refused sign-in is not recorded'),
          );
        }
        throw error;
      }
    },
  };
}
