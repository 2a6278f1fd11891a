const QUIET_MS = 60_000;
const MAX_KINDS = 50;

/** @returns whether this one was written */
export type FaultLog = (error: unknown) => boolean;

/**
 * Faults that come again and again, as in an outage: of each kind one line a minute. A line has the number of those before
 * it that had none.
 */
export function createFaultLog(
  write: (error: unknown, unwritten: number) => void,
  now: () => number = () => performance.now(),
): FaultLog {
  const kinds = new Map<string, { quietUntil: number; unwritten: number }>();
  return (error) => {
    const key = kindOf(error);
    const kind = kinds.get(key);
    if (kind && now() < kind.quietUntil) {
      kind.unwritten += 1;
      return false;
    }
    if (!kind && kinds.size >= MAX_KINDS) kinds.clear();
    kinds.set(key, { quietUntil: now() + QUIET_MS, unwritten: 0 });
    write(error, kind?.unwritten ?? 0);
    return true;
  };
}

// by its code where it has one: messages name files and values
function kindOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return String(code ?? message ?? error);
}
