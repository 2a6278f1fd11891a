// The circuit breaker of a webhook: what its attempts' outcomes mean for all its deliveries. Pure rules.
import type { CircuitRow } from '../../webhooks/webhook-circuit.store';

/** So many attempts in a row that fail open the circuit. */
export const FAILURES_TO_OPEN = 20;
/** A webhook that has failed for so long without one success is disabled. */
export const DISABLE_AFTER_MS = 5 * 86_400_000;

const SECOND_MS = 1_000;
const LONGEST_MS = 10 * 60 * SECOND_MS;
const LONGEST_ASKED_MS = 60 * 60 * SECOND_MS;
const BREAKER_MS = 30 * SECOND_MS;
const JITTER = 0.2;

/** Standard Webhooks, "Delivery": these say that the endpoint has too much to do, not that one delivery is bad. */
const THROTTLING: ReadonlyMap<number, number> = new Map([
  [429, 5 * SECOND_MS],
  [502, SECOND_MS],
  [503, SECOND_MS],
  [504, SECOND_MS],
]);

/** What one attempt says about its webhook. */
export interface AttemptFacts {
  deliveryId: string;
  /** A test goes past the circuit: what it finds out counts like a probe's success. */
  test: boolean;
  succeeded: boolean;
  /** Neither: it says something about us, not about the endpoint. */
  failed: boolean;
  responseStatus: number | null;
  retryAfterMs: number | null;
}

/** The circuit after an attempt. */
export function afterAttempt(
  circuit: CircuitRow,
  attempt: AttemptFacts,
  now: Date,
  random: () => number = Math.random,
): CircuitRow {
  if (attempt.succeeded) return afterSuccess(circuit, attempt);
  return attempt.failed ? afterFailure(circuit, attempt, now, random) : circuit;
}

/** Whether this change is the one at which the owner is told that the webhook fails. */
export function beganToFail(before: CircuitRow, after: CircuitRow): boolean {
  return before.failures < FAILURES_TO_OPEN && after.failures >= FAILURES_TO_OPEN;
}

/** ... and that it works again. */
export function recovered(before: CircuitRow, after: CircuitRow): boolean {
  return before.failures >= FAILURES_TO_OPEN && after.failures === 0;
}

/** Whether it has failed long enough to be disabled. */
export function failedForDays(circuit: Pick<CircuitRow, 'failures' | 'failingSince'>, now: Date): boolean {
  return (
    circuit.failures >= FAILURES_TO_OPEN &&
    circuit.failingSince !== null &&
    now.getTime() - circuit.failingSince.getTime() >= DISABLE_AFTER_MS
  );
}

// An attempt from before the circuit opened proves nothing about the pause that was asked for since.
function afterSuccess(circuit: CircuitRow, attempt: AttemptFacts): CircuitRow {
  const working = { ...circuit, failures: 0, failingSince: null };
  const isProof = circuit.state === 'CLOSED' || isProbe(circuit, attempt);
  return isProof || attempt.test ? closed(circuit) : working;
}

/** As if nothing had failed. */
export function closed(circuit: CircuitRow): CircuitRow {
  const working = { failures: 0, failingSince: null, openings: 0, reason: null };
  return { ...circuit, ...working, state: 'CLOSED', openUntil: null, probeDeliveryId: null };
}

function afterFailure(circuit: CircuitRow, attempt: AttemptFacts, now: Date, random: () => number): CircuitRow {
  const failing = { ...circuit, failures: circuit.failures + 1, failingSince: circuit.failingSince ?? now };
  const asked = askedPause(attempt, circuit.openings);
  // those that were on the wire when it opened do not open it once more, but may ask for a longer pause
  if (circuit.state === 'OPEN') return asked?.isTheirs ? longer(failing, asked.ms, now) : failing;
  const isVerdict = circuit.state === 'CLOSED' ? failing.failures >= FAILURES_TO_OPEN : isProbe(circuit, attempt);
  if (asked === null && !isVerdict) return failing;
  const ms = asked?.isTheirs ? asked.ms : spread(asked?.ms ?? ownPause(circuit), random);
  return opened(failing, ms, reasonFor(attempt, failing), now);
}

function askedPause(
  { responseStatus, retryAfterMs }: AttemptFacts,
  openings: number,
): { ms: number; isTheirs: boolean } | null {
  const first = THROTTLING.get(responseStatus ?? 0);
  if (first === undefined) return null;
  if (retryAfterMs === null) return { ms: Math.min(first * 2 ** openings, LONGEST_MS), isTheirs: false };
  return { ms: Math.min(Math.max(retryAfterMs, SECOND_MS), LONGEST_ASKED_MS), isTheirs: true };
}

function ownPause({ openings }: CircuitRow): number {
  return Math.min(BREAKER_MS * 2 ** openings, LONGEST_MS);
}

function spread(ms: number, random: () => number): number {
  return Math.round(ms * (1 - JITTER + random() * 2 * JITTER));
}

function longer(circuit: CircuitRow, ms: number, now: Date): CircuitRow {
  const until = new Date(Math.max(circuit.openUntil?.getTime() ?? 0, now.getTime() + ms));
  return { ...circuit, openUntil: until };
}

function opened(circuit: CircuitRow, ms: number, reason: string, now: Date): CircuitRow {
  const openUntil = new Date(now.getTime() + ms);
  return { ...circuit, state: 'OPEN', openUntil, reason, openings: circuit.openings + 1, probeDeliveryId: null };
}

function reasonFor({ responseStatus }: AttemptFacts, { failures }: CircuitRow): string {
  if (THROTTLING.has(responseStatus ?? 0)) return `It answered ${responseStatus}: it wants fewer requests.`;
  return failures === 1 ? 'The last attempt failed.' : `The last ${failures} attempts failed.`;
}

function isProbe(circuit: CircuitRow, attempt: AttemptFacts): boolean {
  return circuit.state === 'HALF_OPEN' && circuit.probeDeliveryId === attempt.deliveryId;
}
