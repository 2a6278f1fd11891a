/** @jest-environment node */
import { validate, version } from 'uuid';
import { clockDifferenceMs, correctClock, sampleClock } from '../src/time/clock';
import { newId, timeOfId } from '../src/values/ids';

/** What the database answers at this moment. */
const sample = (databaseMs: number) => ({ askedAt: performance.now(), databaseMs, answeredAt: performance.now() });

const many = (count: number) => Array.from({ length: count }, newId);

test('ids are UUIDs of version 7, all different, each greater than the one before', () => {
  const ids = many(10_000);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test('an id says when it was made', () => {
  const before = Date.now();
  const time = timeOfId(newId()).getTime();
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now() + 1);
});

test('ids follow a clock that is set back by more than the database allows them to be ahead', () => {
  many(1);
  const now = Date.now();
  correctClock([sample(now - 600_000)]);
  const later = many(1_000);
  correctClock([sample(Date.now())]);
  expect(Math.abs(timeOfId(later[0] as string).getTime() - (now - 600_000))).toBeLessThan(60_000);
  expect(later.toSorted()).toEqual(later);
});

test('a clock that is set while it is compared is corrected by all of that', async () => {
  const before = await sampleClock(async () => Date.now());
  const truth = Date.now();
  const started = performance.now();
  const now = jest.spyOn(Date, 'now');
  try {
    const during = await sampleClock(async () => {
      now.mockImplementation(() => Math.round(truth + performance.now() - started) + 3_600_000);
      return truth;
    });
    correctClock([before, during]);
    expect(Math.abs(clockDifferenceMs() + 3_600_000)).toBeLessThan(60_000);
  } finally {
    now.mockRestore();
    correctClock([sample(Date.now())]);
  }
});

test('ids go on ascending when the clock is set back', () => {
  const [earlier] = many(1) as [string];
  const now = jest.spyOn(Date, 'now').mockReturnValue(timeOfId(earlier).getTime() - 60_000);
  const later = many(1_000);
  now.mockRestore();
  expect([earlier, ...later].toSorted()).toEqual([earlier, ...later]);
});
