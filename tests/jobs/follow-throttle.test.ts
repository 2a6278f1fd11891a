import { restAfter, urgency } from '../../src/jobs/change-feed-loops';

const shareAt = (behindMs: number) => 100 / (100 + restAfter(100, urgency(behindMs)));

test('what is hardly behind takes a tenth of the time', () => {
  for (const behindMs of [-1_000, 0, 5_000]) expect(shareAt(behindMs)).toBeCloseTo(0.1);
});

test('the further it is behind, the more it takes, and well before a minute four fifths', () => {
  const lags = [5_000, 10_000, 20_000, 30_000, 40_000];
  const shares = lags.map(shareAt);
  expect(shares).toEqual([...shares].sort((one, other) => one - other));
  expect(new Set(shares).size).toBe(lags.length);
  for (const behindMs of [40_000, 3_600_000]) expect(shareAt(behindMs)).toBeCloseTo(0.8);
});

test('a step that took no time is not followed by the next at once', () => {
  expect(restAfter(0, 1)).toBe(1);
});

test.each([0.2, 0.5, 1, 1.5])(
  'at %s ms a request, it stays less than a minute behind 500 requests a second',
  (costMs) => {
    // in steps of a tenth of a second: what is closed, and what the share of it takes in
    const lags: number[] = [];
    let waiting = 0;
    for (let step = 0; step < 36_000; step += 1) {
      const behindMs = (waiting / 500) * 1000;
      lags.push(behindMs);
      waiting = Math.max(0, waiting + 50 - (shareAt(behindMs) * 100) / costMs);
    }
    expect(Math.max(...lags)).toBeLessThan(60_000);
    expect(lags.at(-1)).toBeCloseTo(lags[18_000] as number, 0);
  },
);
