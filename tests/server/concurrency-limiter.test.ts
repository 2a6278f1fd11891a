/** @jest-environment node */
import { createConcurrencyLimiter } from '../../src/server/edge/concurrency-limiter';

test('requests over the limit wait, and run in the order in which they came', async () => {
  const limiter = createConcurrencyLimiter(2);
  const order: string[] = [];
  const first = limiter.enter('key');
  const second = limiter.enter('key');
  expect([first.ready, second.ready]).toEqual([undefined, undefined]);
  const third = limiter.enter('key');
  const fourth = limiter.enter('key');
  const all = Promise.all([
    third.ready?.then(() => order.push('third')),
    fourth.ready?.then(() => order.push('fourth')),
  ]);
  await Promise.resolve();
  expect(order).toEqual([]);
  second.leave();
  await third.ready;
  expect(order).toEqual(['third']);
  // a place is given back once
  second.leave();
  await Promise.resolve();
  expect(order).toEqual(['third']);
  first.leave();
  await all;
  expect(order).toEqual(['third', 'fourth']);
});

test('one caller does not stand in the way of another', () => {
  const limiter = createConcurrencyLimiter(1);
  limiter.enter('a');
  expect(limiter.enter('a').ready).toBeInstanceOf(Promise);
  expect(limiter.enter('b').ready).toBeUndefined();
});

test('who goes away while waiting is passed over', async () => {
  const limiter = createConcurrencyLimiter(1);
  const running = limiter.enter('a');
  const gone = limiter.enter('a');
  const next = limiter.enter('a');
  gone.leave();
  await expect(gone.ready).rejects.toThrow(/disconnected while the request waited/);
  running.leave();
  await next.ready;
});

test('a thousand wait, and one more is refused', () => {
  const limiter = createConcurrencyLimiter(1);
  for (let i = 0; i <= 1_000; i += 1) limiter.enter('a');
  expect(() => limiter.enter('a')).toThrow(/1000 more are waiting\. Try again in 1 s/);
});

test('after everybody has left, all places are free', async () => {
  const limiter = createConcurrencyLimiter(3);
  const turns = Array.from({ length: 50 }, () => limiter.enter('a'));
  for (const turn of turns) {
    await turn.ready;
    turn.leave();
  }
  expect(Array.from({ length: 3 }, () => limiter.enter('a').ready)).toEqual([undefined, undefined, undefined]);
});
