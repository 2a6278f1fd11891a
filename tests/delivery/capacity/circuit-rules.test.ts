import {
  type AttemptFacts,
  afterAttempt,
  beganToFail,
  closed,
  DISABLE_AFTER_MS,
  FAILURES_TO_OPEN,
  failedForDays,
  recovered,
} from '../../../src/delivery/capacity/circuit';
import type { CircuitRow } from '../../../src/webhooks/webhook-circuit.store';

const NOW = new Date('2026-01-01T00:00:00Z');
const MIDDLE = () => 0.5;

const FRESH: CircuitRow = {
  webhookId: 'webhook',
  state: 'CLOSED',
  openUntil: null,
  reason: null,
  openings: 0,
  probeDeliveryId: null,
  failures: 0,
  failingSince: null,
  hasWaiting: false,
};
const SUCCESS: AttemptFacts = {
  deliveryId: 'delivery',
  test: false,
  succeeded: true,
  failed: false,
  responseStatus: 200,
  retryAfterMs: null,
};
const FAILURE: AttemptFacts = { ...SUCCESS, succeeded: false, failed: true, responseStatus: 500 };
const UNKNOWN: AttemptFacts = { ...SUCCESS, succeeded: false, failed: false, responseStatus: null };
const PROBE = { state: 'HALF_OPEN', probeDeliveryId: 'probe', openUntil: NOW } as const;

const answering = (responseStatus: number | null, retryAfterMs: number | null = null) => ({
  ...FAILURE,
  responseStatus,
  retryAfterMs,
});
const circuitAfter = (circuit: CircuitRow, attempts: readonly AttemptFacts[], random = MIDDLE) =>
  attempts.reduce((each, attempt) => afterAttempt(each, attempt, NOW, random), circuit);
const times = (count: number, attempt: AttemptFacts) => Array.from({ length: count }, () => attempt);
/** How long it stays open, in seconds; null: it is not. */
const pauseS = ({ state, openUntil }: CircuitRow) =>
  state === 'OPEN' && openUntil ? (openUntil.getTime() - NOW.getTime()) / 1000 : null;

describe('failures in a row', () => {
  test('open the circuit at the twentieth, and not before', () => {
    expect(FAILURES_TO_OPEN).toBe(20);
    expect(circuitAfter(FRESH, times(19, FAILURE))).toMatchObject({ state: 'CLOSED', failures: 19, failingSince: NOW });
    const open = circuitAfter(FRESH, times(20, FAILURE));
    expect(open).toMatchObject({ state: 'OPEN', failures: 20, openings: 1, reason: 'The last 20 attempts failed.' });
    expect(pauseS(open)).toBe(30);
  });

  test('are counted anew after one success', () => {
    const broken = circuitAfter(FRESH, [...times(19, FAILURE), SUCCESS, ...times(19, FAILURE)]);
    expect(broken).toMatchObject({ state: 'CLOSED', failures: 19 });
    expect(circuitAfter(FRESH, [...times(19, FAILURE), SUCCESS])).toEqual(FRESH);
  });

  test('do not count attempts with an unknown outcome', () => {
    expect(circuitAfter(FRESH, times(50, UNKNOWN))).toEqual(FRESH);
    expect(circuitAfter(FRESH, [...times(19, FAILURE), UNKNOWN, FAILURE])).toMatchObject({ state: 'OPEN' });
  });

  test('that were on the wire when it opened do not open it once more', () => {
    expect(circuitAfter(FRESH, times(500, FAILURE))).toMatchObject({ state: 'OPEN', failures: 500, openings: 1 });
  });

  test('count also where there was no answer at all', () => {
    expect(circuitAfter(FRESH, times(20, answering(null)))).toMatchObject({ state: 'OPEN' });
  });

  test('keep the time of the first of them', () => {
    const later = afterAttempt({ ...FRESH, failures: 3, failingSince: NOW }, FAILURE, new Date(NOW.getTime() + 1e6));
    expect(later.failingSince).toEqual(NOW);
  });
});

describe('the probe of a half-open circuit', () => {
  const halfOpen: CircuitRow = { ...FRESH, ...PROBE, failures: 20, openings: 1, failingSince: NOW, hasWaiting: true };
  const probe = { deliveryId: 'probe' };

  test('that arrives closes it, and those that wait stay to be let go', () => {
    expect(circuitAfter(halfOpen, [{ ...SUCCESS, ...probe }])).toEqual({ ...FRESH, hasWaiting: true });
  });

  test('that fails opens it again, each time for twice as long, at most 10 minutes', () => {
    const pauses: (number | null)[] = [];
    let circuit = halfOpen;
    for (let n = 0; n < 8; n += 1) {
      const open = circuitAfter(circuit, [{ ...FAILURE, ...probe }]);
      pauses.push(pauseS(open));
      expect(open.probeDeliveryId).toBeNull();
      circuit = { ...open, ...PROBE };
    }
    expect(pauses).toEqual([60, 120, 240, 480, 600, 600, 600, 600]);
  });

  test('with an unknown outcome leaves it as it is', () => {
    expect(circuitAfter(halfOpen, [{ ...UNKNOWN, ...probe }])).toBe(halfOpen);
  });

  test('is not what another delivery says: those were sent before', () => {
    const other = circuitAfter(halfOpen, [FAILURE]);
    expect(other).toMatchObject({ state: 'HALF_OPEN', probeDeliveryId: 'probe', failures: 21 });
    expect(circuitAfter(halfOpen, [SUCCESS])).toMatchObject({
      state: 'HALF_OPEN',
      probeDeliveryId: 'probe',
      failures: 0,
    });
  });
});

test('a success from before the circuit opened ends no pause, but the failures in a row', () => {
  const open = circuitAfter(FRESH, [answering(429, 60_000)]);
  expect(circuitAfter(open, [SUCCESS])).toMatchObject({ state: 'OPEN', openUntil: open.openUntil, failures: 0 });
});

test('a test that arrives closes it, whatever it was', () => {
  const test = { ...SUCCESS, test: true };
  expect(circuitAfter(circuitAfter(FRESH, times(20, FAILURE)), [test])).toEqual(FRESH);
  expect(circuitAfter({ ...FRESH, ...PROBE, failures: 20 }, [test])).toEqual(FRESH);
});

describe('an answer that asks for fewer requests', () => {
  test.each([
    [429, 5],
    [502, 1],
    [503, 1],
    [504, 1],
  ])('%i opens the circuit at once, for %i s and twice as long each time, at most 10 minutes', (status, first) => {
    const pauses = Array.from({ length: 12 }, (_, openings) =>
      pauseS(circuitAfter({ ...FRESH, openings }, [answering(status)])),
    );
    expect(pauses).toEqual(pauses.map((_, openings) => Math.min(first * 2 ** openings, 600)));
    expect(circuitAfter(FRESH, [answering(status)]).reason).toBe(
      `The endpoint answered ${status}, which asks for fewer requests.`,
    );
  });

  test.each([500, 501, 505, 400, 403, 404, 408, 410, 418, 301, 599])('%i does not', (status) => {
    expect(circuitAfter(FRESH, [answering(status)]).state).toBe('CLOSED');
    expect(circuitAfter(FRESH, [answering(status, 60_000)]).state).toBe('CLOSED');
  });

  test.each([
    [0, 1],
    [999, 1],
    [1_000, 1],
    [90_000, 90],
    [3_600_000, 3600],
    [3_600_001, 3600],
    [86_400_000, 3600],
  ])('with a Retry-After of %i ms is taken at its word, from 1 s to an hour: %i s', (retryAfterMs, seconds) => {
    const random = [() => 0, () => 0.5, () => 0.999];
    const pauses = random.map((each) => pauseS(circuitAfter(FRESH, [answering(503, retryAfterMs)], each)));
    expect(pauses).toEqual([seconds, seconds, seconds]);
  });

  test('while the circuit is open makes the pause longer, never shorter', () => {
    const open = circuitAfter(FRESH, [answering(429, 60_000)]);
    expect(pauseS(circuitAfter(open, [answering(429, 90_000)]))).toBe(90);
    expect(pauseS(circuitAfter(open, [answering(429, 1_000)]))).toBe(60);
    expect(pauseS(circuitAfter(open, [answering(429)]))).toBe(60);
    expect(circuitAfter(open, [answering(429, 90_000)]).openings).toBe(1);
    // of those on the wire when it opened, only one that names a time knows more
    expect(pauseS(circuitAfter(FRESH, times(9, answering(429))))).toBe(5);
  });
});

test('pauses of our own are spread by 20 % either way, a Retry-After is not', () => {
  const pauses = [0, 0.25, 0.5, 1].map((random) => pauseS(circuitAfter(FRESH, times(20, FAILURE), () => random)));
  expect(pauses).toEqual([24, 27, 30, 36]);
  const throttled = [0, 1].map((random) => pauseS(circuitAfter(FRESH, [answering(429)], () => random)));
  expect(throttled).toEqual([4, 6]);
});

test('the owner is notified once that it fails, and once that it works again', () => {
  let circuit = FRESH;
  const notified: string[] = [];
  for (const attempt of [...times(40, FAILURE), SUCCESS, SUCCESS, ...times(19, FAILURE), SUCCESS]) {
    const next = afterAttempt(circuit, attempt, NOW, MIDDLE);
    if (beganToFail(circuit, next)) notified.push('failing');
    if (recovered(circuit, next)) notified.push('recovered');
    circuit = next;
  }
  expect(notified).toEqual(['failing', 'recovered']);
});

test.each([
  [19, false],
  [20, true],
])('after %i failures in a row, that it has failed and works again is news: %s', (failures, isNews) => {
  const failed = circuitAfter(FRESH, times(failures, FAILURE));
  expect(beganToFail(circuitAfter(FRESH, times(failures - 1, FAILURE)), failed)).toBe(isNews);
  expect(recovered(failed, circuitAfter(failed, [SUCCESS]))).toBe(isNews);
});

describe('days of failure', () => {
  const failing = (failures: number, ms: number) => ({ failures, failingSince: new Date(NOW.getTime() - ms) });

  test('are five, and twenty attempts at least', () => {
    expect(DISABLE_AFTER_MS).toBe(5 * 24 * 3600 * 1000);
    expect(failedForDays(failing(20, DISABLE_AFTER_MS), NOW)).toBe(true);
    expect(failedForDays(failing(20, DISABLE_AFTER_MS - 1), NOW)).toBe(false);
    expect(failedForDays(failing(19, 100 * DISABLE_AFTER_MS), NOW)).toBe(false);
    expect(failedForDays({ failures: 500, failingSince: null }, NOW)).toBe(false);
  });

  test('end with one success', () => {
    const worked = circuitAfter({ ...FRESH, ...failing(500, DISABLE_AFTER_MS), state: 'OPEN', openUntil: NOW }, [
      SUCCESS,
    ]);
    expect(failedForDays(worked, NOW)).toBe(false);
  });
});

test('resuming a webhook resets its circuit, and what waits still waits', () => {
  const open: CircuitRow = { ...circuitAfter(FRESH, times(30, FAILURE)), openings: 9, hasWaiting: true };
  expect(closed(open)).toEqual({ ...FRESH, hasWaiting: true });
});
