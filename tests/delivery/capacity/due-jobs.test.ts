import { createDueJobs, type DueJobs } from '../../../src/delivery/capacity/due-jobs';

const TAKE = 100;

/** Due jobs of which a take has left jobs. @param left how many deliveries left the queue with it */
function withJobsLeft(left = TAKE): DueJobs {
  const dueJobs = createDueJobs();
  dueJobs.taken(dueJobs.mark(), left, false);
  return dueJobs;
}

test('while the queue has more, new deliveries enter it a quarter as fast as jobs leave it', () => {
  const dueJobs = withJobsLeft();
  expect(dueJobs.allowance()).toBe(25);
  dueJobs.entered(25);
  expect(dueJobs.allowance()).toBe(0);
  dueJobs.taken(dueJobs.mark(), TAKE, false);
  expect(dueJobs.allowance()).toBe(25);
});

test('an allowance that was not used is not kept, and what entered beyond it is made up for', () => {
  const dueJobs = withJobsLeft();
  dueJobs.taken(dueJobs.mark(), TAKE, false);
  expect(dueJobs.allowance()).toBe(25);
  // one event, many webhooks
  dueJobs.entered(65);
  expect(dueJobs.allowance()).toBe(0);
  dueJobs.taken(dueJobs.mark(), TAKE, false);
  expect(dueJobs.allowance()).toBe(0);
  dueJobs.taken(dueJobs.mark(), TAKE, false);
  expect(dueJobs.allowance()).toBe(10);
});

test('nothing enters before the first take, nor while those that were queued last are taken; then anything', () => {
  const dueJobs = createDueJobs();
  expect(dueJobs.allowance()).toBe(0);
  dueJobs.taken(dueJobs.mark(), 0, true);
  expect(dueJobs.allowance()).toBe(Number.POSITIVE_INFINITY);
  dueJobs.queued('a');
  expect(dueJobs.allowance()).toBe(0);
  dueJobs.taken(dueJobs.mark(), 1, true);
  expect(dueJobs.allowance()).toBe(Number.POSITIVE_INFINITY);
});

test('what enters while nothing can be taken is not made up for', () => {
  const dueJobs = withJobsLeft();
  dueJobs.mark();
  expect(dueJobs.isTaking()).toBe(true);
  dueJobs.notTaken();
  expect(dueJobs.isTaking()).toBe(false);
  dueJobs.entered(10_000);
  dueJobs.notTaken();
  dueJobs.taken(dueJobs.mark(), TAKE, false);
  expect(dueJobs.allowance()).toBe(25);
});

test.each([1, 90, 500])('the queue empties while %i events arrive with each take', (arriving) => {
  const dueJobs = createDueJobs();
  let due = 5_000;
  let outbox = 0;
  for (let takes = 0; takes < 70; takes += 1) {
    const mark = dueJobs.mark();
    const taken = Math.min(due, TAKE);
    due -= taken;
    dueJobs.taken(mark, taken, taken < TAKE);
    outbox += arriving;
    if (dueJobs.mustQueue('a')) {
      const entering = Math.min(outbox, dueJobs.allowance());
      outbox -= entering;
      due += entering;
      dueJobs.entered(entering);
    }
  }
  expect(due).toBe(0);
  expect(dueJobs.mustQueue('a')).toBe(false);
});
