import { createTurnstile } from '../../src/app/turnstile';

test('so many go at once, and the others in the order in which they came', async () => {
  const turnstile = createTurnstile(2);
  const order: string[] = [];
  const first = turnstile.enter('key');
  const second = turnstile.enter('key');
  expect([first.ready, second.ready]).toEqual([undefined, undefined]);
  const third = turnstile.enter('key');
  const fourth = turnstile.enter('key');
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
  const turnstile = createTurnstile(1);
  turnstile.enter('a');
  expect(turnstile.enter('a').ready).toBeInstanceOf(Promise);
  expect(turnstile.enter('b').ready).toBeUndefined();
});

test('who goes away while waiting is passed over', async () => {
  const turnstile = createTurnstile(1);
  const running = turnstile.enter('a');
  const gone = turnstile.enter('a');
  const next = turnstile.enter('a');
  gone.leave();
  await expect(gone.ready).rejects.toThrow(/given up/);
  running.leave();
  await next.ready;
});

test('a thousand wait, and one more is refused', () => {
  const turnstile = createTurnstile(1);
  for (let i = 0; i <= 1_000; i += 1) turnstile.enter('a');
  expect(() => turnstile.enter('a')).toThrow(/1000 more are waiting\. Try again in 1 s/);
});

test('after everybody has left, all places are free', async () => {
  const turnstile = createTurnstile(3);
  const turns = Array.from({ length: 50 }, () => turnstile.enter('a'));
  for (const turn of turns) {
    await turn.ready;
    turn.leave();
  }
  expect(Array.from({ length: 3 }, () => turnstile.enter('a').ready)).toEqual([undefined, undefined, undefined]);
});
