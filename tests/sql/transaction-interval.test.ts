import { createTransactionInterval } from '../../src/sql/sharing/transaction-interval';

const SHORT = 5;
const LONG = 10;

/** Transactions that begin one after the other, each with items that came so long before. */
function paceAfter(...transactions: number[][]): number {
  const interval = createTransactionInterval();
  let now = 0;
  for (const before of transactions) {
    now += 1000;
    interval.began(
      before.map((ms) => now - ms),
      now,
    );
  }
  return interval.ms();
}

const repeated = (times: number, ...transactions: number[][]) =>
  Array.from({ length: times }, () => transactions).flat();

/** A lone item that waited in vain. */
const ALONE = [5];
/** A lone item that came after a rest, and did not wait. */
const AT_ONCE = [0];
/** An item that waited for another one. */
const JOINED = [6, 1];
/** Callers who were answered together, and called again. */
const TOGETHER = [5, 4.5, 4, 3.5, 3];

test('while waiting brings further items, transactions are farther apart', () => {
  expect(paceAfter(JOINED)).toBe(LONG);
  expect(paceAfter(...repeated(50, JOINED))).toBe(LONG);
  expect(paceAfter(...repeated(50, JOINED, JOINED, ALONE))).toBe(LONG);
});

test.each([
  ['a caller who calls again as soon as it is answered', ALONE],
  ['several of them', TOGETHER],
])('%s is not held up by the longer wait', (_, transaction) => {
  expect(paceAfter(transaction)).toBe(SHORT);
  expect(paceAfter(...repeated(50, JOINED), ...repeated(4, transaction))).toBe(SHORT);
});

test('an item that did not wait says nothing about waiting', () => {
  expect(paceAfter(...repeated(50, AT_ONCE))).toBe(LONG);
  expect(paceAfter(ALONE, AT_ONCE)).toBe(SHORT);
});

test('the longer wait is tried again after sixteen transactions', () => {
  const inVain = [ALONE, ...repeated(15, ALONE)];
  expect(paceAfter(...inVain)).toBe(SHORT);
  expect(paceAfter(...inVain, ALONE)).toBe(LONG);
  expect(paceAfter(...inVain, ALONE, ALONE)).toBe(SHORT);
  expect(paceAfter(...inVain, ALONE, ...repeated(3, JOINED), ALONE)).toBe(LONG);
});
