// The circuit breaker of a webhook: how the outcomes of its attempts change it. Pure rules.
import type { CircuitRow } from '../../webhooks/webhook-circuit.store';

/** This many consecutive failed attempts open the circuit. */
export const FAILURES_TO_OPEN = 20;
/** A webhook is disabled after failing for this long without a success. */
export const DISABLE_AFTER_MS = 5 * 86_400_000;

const SECOND_MS = 1_000;
const MAX_PAUSE_MS = 10 * 60 * SECOND_MS;
const MAX_REQUESTED_MS = 60 * 60 * SECOND_MS;
const BREAKER_MS = 30 * SECOND_MS;
const JITTER = 0.2;

/** Standard Webhooks, "Delivery": with these statuses an endpoint reports overload, not a faulty delivery. */
const THROTTLING: ReadonlyMap<number, number> = new Map([
  [429, 5 * SECOND_MS],
  [502, SECOND_MS],
  [503, SECOND_MS],
  [504, SECOND_MS],
]);

/** What the circuit depends on in the outcome of an attempt. */
export interface AttemptFacts {
  deliveryId: string;
  /** A test is sent whatever the state of the circuit. Its success counts like that of a probe. */
  test: boolean;
  succeeded: boolean;
  /** Neither succeeded nor failed: the outcome says nothing about the endpoint. */
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

/** Whether the owner is notified that the webhook fails. */
export function beganToFail(before: CircuitRow, after: CircuitRow): boolean {
  return before.failures < FAILURES_TO_OPEN && after.failures >= FAILURES_TO_OPEN;
}

/** Whether the owner is notified that the webhook works again. */
export function recovered(before: CircuitRow, after: CircuitRow): boolean {
  return before.failures >= FAILURES_TO_OPEN && after.failures === 0;
}

/** Whether the webhook has failed long enough to be disabled. */
export function failedForDays(circuit: Pick<CircuitRow, 'failures' | 'failingSince'>, now: Date): boolean {
  return (
    circuit.failures >= FAILURES_TO_OPEN &&
    circuit.failingSince !== null &&
    now.getTime() - circuit.failingSince.getTime() >= DISABLE_AFTER_MS
  );
}

// An attempt that began before the circuit opened does not end a pause that was requested since.
function afterSuccess(circuit: CircuitRow, attempt: AttemptFacts): CircuitRow {
  const working = { ...circuit, failures: 0, failingSince: null };
  const isProof = circuit.state === 'CLOSED' || isProbe(circuit, attempt);
  return isProof || attempt.test ? closed(circuit) : working;
}

/** The circuit without failures. */
export function closed(circuit: CircuitRow): CircuitRow {
  const working = { failures: 0, failingSince: null, openings: 0, reason: null };
  return { ...circuit, ...working, state: 'CLOSED', openUntil: null, probeDeliveryId: null };
}

function afterFailure(circuit: CircuitRow, attempt: AttemptFacts, now: Date, random: () => number): CircuitRow {
  const failing = { ...circuit, failures: circuit.failures + 1, failingSince: circuit.failingSince ?? now };
  const pause = throttlingPause(attempt, circuit.openings);
  // attempts that were on the wire when it opened do not open it again, but may request a longer pause
  if (circuit.state === 'OPEN') return pause?.isRequested ? longer(failing, pause.ms, now) : failing;
  const isVerdict = circuit.state === 'CLOSED' ? failing.failures >= FAILURES_TO_OPEN : isProbe(circuit, attempt);
  if (pause === null && !isVerdict) return failing;
  const ms = pause?.isRequested ? pause.ms : spread(pause?.ms ?? breakerPause(circuit), random);
  return opened(failing, ms, reasonFor(attempt, failing), now);
}

function throttlingPause(
  { responseStatus, retryAfterMs }: AttemptFacts,
  openings: number,
): { ms: number; isRequested: boolean } | null {
  const first = THROTTLING.get(responseStatus ?? 0);
  if (first === undefined) return null;
  if (retryAfterMs === null) return { ms: Math.min(first * 2 ** openings, MAX_PAUSE_MS), isRequested: false };
  return { ms: Math.min(Math.max(retryAfterMs, SECOND_MS), MAX_REQUESTED_MS), isRequested: true };
}

function breakerPause({ openings }: CircuitRow): number {
  return Math.min(BREAKER_MS * 2 ** openings, MAX_PAUSE_MS);
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
  if (THROTTLING.has(responseStatus ?? 0))
    return `The endpoint answered ${responseStatus}, which asks for fewer requests.`;
  return failures === 1 ? 'The last attempt failed.' : `The last ${failures} attempts failed.`;
}

function isProbe(circuit: CircuitRow, attempt: AttemptFacts): boolean {
  return circuit.state === 'HALF_OPEN' && circuit.probeDeliveryId === attempt.deliveryId;
}
