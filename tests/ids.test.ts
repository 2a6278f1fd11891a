/** @jest-environment node */
import { validate, version } from 'uuid';
import { newId, timeOfId } from '../src/ids';

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

test('ids go on ascending when the clock is set back', () => {
  const [earlier] = many(1) as [string];
  const now = jest.spyOn(Date, 'now').mockReturnValue(timeOfId(earlier).getTime() - 60_000);
  const later = many(1_000);
  now.mockRestore();
  expect([earlier, ...later].toSorted()).toEqual([earlier, ...later]);
});
