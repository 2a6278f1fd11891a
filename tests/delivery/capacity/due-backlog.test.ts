import { createDueBacklog, type DueBacklog } from '../../../src/delivery/capacity/due-backlog';

const TAKE = 100;

/** A backlog of which a take has left jobs. @param left how many deliveries left the queue with it */
function withJobsLeft(left = TAKE): DueBacklog {
  const backlog = createDueBacklog();
  backlog.taken(backlog.mark(), left, false);
  return backlog;
}

test('while the queue has more, new deliveries enter it a quarter as fast as jobs leave it', () => {
  const backlog = withJobsLeft();
  expect(backlog.room()).toBe(25);
  backlog.entered(25);
  expect(backlog.room()).toBe(0);
  backlog.taken(backlog.mark(), TAKE, false);
  expect(backlog.room()).toBe(25);
});

test('room that was not used is not kept, and what entered beyond it is made up for', () => {
  const backlog = withJobsLeft();
  backlog.taken(backlog.mark(), TAKE, false);
  expect(backlog.room()).toBe(25);
  // one event, many webhooks
  backlog.entered(65);
  expect(backlog.room()).toBe(0);
  backlog.taken(backlog.mark(), TAKE, false);
  expect(backlog.room()).toBe(0);
  backlog.taken(backlog.mark(), TAKE, false);
  expect(backlog.room()).toBe(10);
});

test('nothing enters before the first take, nor while those that were queued last are taken; then anything', () => {
  const backlog = createDueBacklog();
  expect(backlog.room()).toBe(0);
  backlog.taken(backlog.mark(), 0, true);
  expect(backlog.room()).toBe(Number.POSITIVE_INFINITY);
  backlog.queued('a');
  expect(backlog.room()).toBe(0);
  backlog.taken(backlog.mark(), 1, true);
  expect(backlog.room()).toBe(Number.POSITIVE_INFINITY);
});

test('what enters while nothing can be taken is not made up for', () => {
  const backlog = withJobsLeft();
  backlog.mark();
  expect(backlog.isTaking()).toBe(true);
  backlog.notTaken();
  expect(backlog.isTaking()).toBe(false);
  backlog.entered(10_000);
  backlog.notTaken();
  backlog.taken(backlog.mark(), TAKE, false);
  expect(backlog.room()).toBe(25);
});

test.each([1, 90, 500])('a backlog ends while %i events arrive with each take', (arriving) => {
  const backlog = createDueBacklog();
  let due = 5_000;
  let outbox = 0;
  for (let takes = 0; takes < 70; takes += 1) {
    const mark = backlog.mark();
    const taken = Math.min(due, TAKE);
    due -= taken;
    backlog.taken(mark, taken, taken < TAKE);
    outbox += arriving;
    if (backlog.mustQueue('a')) {
      const entering = Math.min(outbox, backlog.room());
      outbox -= entering;
      due += entering;
      backlog.entered(entering);
    }
  }
  expect(due).toBe(0);
  expect(backlog.mustQueue('a')).toBe(false);
});
