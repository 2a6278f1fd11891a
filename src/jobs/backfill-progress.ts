import type { Log } from '../log';

const EVERY_MS = 10_000;

/**
 * Logs the progress of a backfill: when it begins, every ten seconds, and when it is finished.
 * @param remaining about how many requests are left
 */
export function reportBackfill(
  log: Log,
  what: 'counts' | 'search index',
  remaining: () => Promise<number>,
): (taken: number | null, isMore: boolean) => Promise<void> {
  let requests: number | null = null;
  let saidAt = 0;
  return async (taken, isMore) => {
    if (taken === null) return;
    const isFirst = requests === null;
    requests = (requests ?? 0) + taken;
    if (!isMore) {
      log.info({ backfill: what, requests }, 'all older requests of the log are processed');
      requests = null;
    } else if (isFirst || performance.now() - saidAt > EVERY_MS) {
      saidAt = performance.now();
      log.info({ backfill: what, requests, remaining: await remaining() }, 'processing older requests of the log');
    }
  };
}
