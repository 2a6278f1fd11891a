// The one delivery by which an open circuit learns whether its webhook works again, and when it is replaced by another one.
import type { Db } from '../../sql/db';
import type { CircuitRow } from '../../webhooks/webhook-circuit.store';
import { isRunningOrDueBy } from './waiting.store';

/** A probe without a result for this long after its timeout is lost, and another one is sent. */
const PROBE_GRACE_MS = 60_000;

/**
 * Whether another probe may be sent: when the pause of the circuit has ended, or before if its probe can have no result by then, because
 * it was cancelled or had to wait. Whether the probe is due now does not decide: by the clock of another process, or by a time that was
 * read before the circuit was locked, it is not yet.
 */
export async function mayProbe(db: Db, { state, openUntil, probeDeliveryId }: CircuitRow, now: Date): Promise<boolean> {
  if (!openUntil || openUntil <= now) return true;
  return state === 'HALF_OPEN' && probeDeliveryId !== null && !(await isRunningOrDueBy(db, probeDeliveryId, openUntil));
}

/** The circuit while this delivery is its probe. @param timeoutMs of the webhook */
export function probedBy(circuit: CircuitRow, probeDeliveryId: string, timeoutMs: number, now: Date) {
  const openUntil = new Date(now.getTime() + timeoutMs + PROBE_GRACE_MS);
  return { ...circuit, state: 'HALF_OPEN' as const, openUntil, probeDeliveryId };
}
