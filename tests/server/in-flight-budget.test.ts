import { createBudget } from '../../src/server/edge/concurrency-limiter';

test('all together hold no more than there is, and what ends gives everything back', () => {
  const budget = createBudget(10);
  const [one, other] = [budget.open(), budget.open()];
  expect([one.take(6), other.take(4), other.take(1)]).toEqual([true, true, false]);
  other.end();
  other.end();
  expect(one.take(4)).toBe(true);
  expect(budget.open().take(1)).toBe(false);
});

test('one owner holds no more than its share, even if the others hold nothing', () => {
  const budget = createBudget(100);
  const holdingOf = (owner: string) => {
    const holding = budget.open();
    expect(holding.countFor(owner, 10)).toBe(true);
    return holding;
  };
  const [first, second, other] = [holdingOf('a'), holdingOf('a'), holdingOf('b')];
  expect([first.take(7), second.take(4), other.take(10)]).toEqual([true, false, true]);
  second.end();
  expect(first.take(3)).toBe(true);
  first.end();
  expect(holdingOf('a').take(10)).toBe(true);
});

test('an owner that is known later is counted with what is held already', () => {
  const budget = createBudget(100);
  const holdings = [1, 2, 3].map(() => budget.open());
  for (const holding of holdings) expect(holding.take(1)).toBe(true);
  expect(holdings.map((holding) => holding.countFor('a', 2))).toEqual([true, true, false]);
  holdings[0]?.end();
  const next = budget.open();
  next.take(1);
  expect(next.countFor('a', 3)).toBe(true);
});
