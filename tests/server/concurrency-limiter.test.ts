/** @jest-environment node */
import { createConcurrencyLimiter, MAX_WAIT_MS } from '../../src/server/edge/concurrency-limiter';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('requests over the limit wait, and run in the order in which they came', async () => {
  const limiter = createConcurrencyLimiter(2);
  const order: string[] = [];
  const first = limiter.acquire('key');
  const second = limiter.acquire('key');
  expect([first.ready, second.ready]).toEqual([undefined, undefined]);
  const third = limiter.acquire('key');
  const fourth = limiter.acquire('key');
  const all = Promise.all([
    third.ready?.then(() => order.push('third')),
    fourth.ready?.then(() => order.push('fourth')),
  ]);
  await Promise.resolve();
  expect(order).toEqual([]);
  second.release();
  await third.ready;
  expect(order).toEqual(['third']);
  // a place is given back once
  second.release();
  await Promise.resolve();
  expect(order).toEqual(['third']);
  first.release();
  await all;
  expect(order).toEqual(['third', 'fourth']);
});

test('one caller does not stand in the way of another', () => {
  const limiter = createConcurrencyLimiter(1);
  limiter.acquire('a');
  expect(limiter.acquire('a').ready).toBeInstanceOf(Promise);
  expect(limiter.acquire('b').ready).toBeUndefined();
});

test('who goes away while waiting is passed over', async () => {
  const limiter = createConcurrencyLimiter(1);
  const running = limiter.acquire('a');
  const gone = limiter.acquire('a');
  const next = limiter.acquire('a');
  gone.release();
  await expect(gone.ready).rejects.toThrow(/disconnected while the request waited/);
  const begun = jest.fn();
  void next.ready?.then(begun);
  await Promise.resolve();
  expect(begun).not.toHaveBeenCalled();
  running.release();
  await next.ready;
});

test('a thousand wait, and one more is refused', () => {
  const limiter = createConcurrencyLimiter(1);
  for (let i = 0; i <= 1_000; i += 1) limiter.acquire('a');
  expect(() => limiter.acquire('a')).toThrow(/1000 more are waiting\. Try again in 1 s/);
});

test('after everybody has left, all places are free', async () => {
  const limiter = createConcurrencyLimiter(3);
  const slots = Array.from({ length: 50 }, () => limiter.acquire('a'));
  for (const slot of slots) {
    await slot.ready;
    slot.release();
  }
  expect(Array.from({ length: 3 }, () => limiter.acquire('a').ready)).toEqual([undefined, undefined, undefined]);
});

test('behind requests that are not answered, each is refused within 10 s, and takes no place from those that are', async () => {
  const limiter = createConcurrencyLimiter(1);
  const running = limiter.acquire('a');
  const waiting = [limiter.acquire('a'), limiter.acquire('a')];
  const refused = Promise.all(
    waiting.map(({ ready }) =>
      expect(ready).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503, retryAfter: 1 }),
    ),
  );
  jest.advanceTimersByTime(MAX_WAIT_MS);
  await refused;
  // their responses are closed
  for (const { release } of waiting) release();
  const next = limiter.acquire('a');
  expect(next.ready).toBeInstanceOf(Promise);
  running.release();
  await next.ready;
  jest.advanceTimersByTime(MAX_WAIT_MS);
  next.release();
  expect(limiter.acquire('a').ready).toBeUndefined();
});
