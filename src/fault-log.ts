import { LRUCache } from 'lru-cache';

const QUIET_MS = 60_000;
const MAX_KINDS = 50;

/** @returns whether this one was written */
export type FaultLog = (error: unknown) => boolean;

/**
 * Logs repeated faults, as in an outage, once a minute for each kind. A line contains the number of faults that were
 * not logged before it.
 */
export function createFaultLog(
  write: (error: unknown, unwritten: number) => void,
  now: () => number = () => performance.now(),
): FaultLog {
  const kinds = new LRUCache<string, { quietUntil: number; unwritten: number }>({ max: MAX_KINDS });
  return (error) => {
    const key = kindOf(error);
    const kind = kinds.get(key);
    if (kind && now() < kind.quietUntil) {
      kind.unwritten += 1;
      return false;
    }
    kinds.set(key, { quietUntil: now() + QUIET_MS, unwritten: 0 });
    write(error, kind?.unwritten ?? 0);
    return true;
  };
}

// by its code if it has one, because messages contain file names and values
function kindOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return String(code ?? message ?? error);
}
