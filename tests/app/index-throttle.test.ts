import { throttled } from '../../src/app/index-throttle';

test('alone the indexer works most of the time, however far behind it is', () => {
  for (const behindMs of [0, 3_600_000]) expect(throttled(false, behindMs)).toEqual({ batch: 500, share: 0.8 });
});

test('beside deliveries it takes a tenth of the time, a little at a time, while searches are hardly behind', () => {
  for (const behindMs of [0, 5_000]) expect(throttled(true, behindMs)).toEqual({ batch: 100, share: 0.1 });
});

test('the further it is behind, the more it takes, and well before a minute all that it takes alone', () => {
  const lags = [5_000, 10_000, 20_000, 30_000, 40_000];
  const shares = lags.map((behindMs) => throttled(true, behindMs).share);
  expect(shares).toEqual([...shares].sort((one, other) => one - other));
  expect(new Set(shares).size).toBe(lags.length);
  for (const behindMs of [40_000, 3_600_000]) expect(throttled(true, behindMs)).toEqual({ batch: 500, share: 0.8 });
});

test.each([0.2, 0.5, 1, 1.5])(
  'at %s ms a request, searches stay less than a minute behind 500 requests a second',
  (costMs) => {
    // in steps of a tenth of a second: what is closed, and what the share of it takes in
    const lags: number[] = [];
    let waiting = 0;
    for (let step = 0; step < 36_000; step += 1) {
      const behindMs = (waiting / 500) * 1000;
      lags.push(behindMs);
      waiting = Math.max(0, waiting + 50 - (throttled(true, behindMs).share * 100) / costMs);
    }
    expect(Math.max(...lags)).toBeLessThan(60_000);
    expect(lags.at(-1)).toBeCloseTo(lags[18_000] as number, 0);
  },
);
