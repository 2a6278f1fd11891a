import { createQueueBacklog, type QueueBacklog } from '../../../src/delivery/capacity/queue-backlog';

const TAKE = 100;

/** Due jobs of which a take has left jobs. @param left how many deliveries left the queue with it */
function withJobsLeft(left = TAKE): QueueBacklog {
  const queueBacklog = createQueueBacklog();
  queueBacklog.taken(queueBacklog.mark(), left, false);
  return queueBacklog;
}

test('while the queue has more, new deliveries enter it a quarter as fast as jobs leave it', () => {
  const queueBacklog = withJobsLeft();
  expect(queueBacklog.allowance()).toBe(25);
  queueBacklog.entered(25);
  expect(queueBacklog.allowance()).toBe(0);
  queueBacklog.taken(queueBacklog.mark(), TAKE, false);
  expect(queueBacklog.allowance()).toBe(25);
});

test('an allowance that was not used is not kept, and what entered beyond it is made up for', () => {
  const queueBacklog = withJobsLeft();
  queueBacklog.taken(queueBacklog.mark(), TAKE, false);
  expect(queueBacklog.allowance()).toBe(25);
  // one event, many webhooks
  queueBacklog.entered(65);
  expect(queueBacklog.allowance()).toBe(0);
  queueBacklog.taken(queueBacklog.mark(), TAKE, false);
  expect(queueBacklog.allowance()).toBe(0);
  queueBacklog.taken(queueBacklog.mark(), TAKE, false);
  expect(queueBacklog.allowance()).toBe(10);
});

test('nothing enters before the first take, nor while those that were queued last are taken; then anything', () => {
  const queueBacklog = createQueueBacklog();
  expect(queueBacklog.allowance()).toBe(0);
  queueBacklog.taken(queueBacklog.mark(), 0, true);
  expect(queueBacklog.allowance()).toBe(Number.POSITIVE_INFINITY);
  queueBacklog.queued('a');
  expect(queueBacklog.allowance()).toBe(0);
  queueBacklog.taken(queueBacklog.mark(), 1, true);
  expect(queueBacklog.allowance()).toBe(Number.POSITIVE_INFINITY);
});

test('what enters while nothing can be taken is not made up for', () => {
  const queueBacklog = withJobsLeft();
  queueBacklog.mark();
  expect(queueBacklog.isTaking()).toBe(true);
  queueBacklog.notTaken();
  expect(queueBacklog.isTaking()).toBe(false);
  queueBacklog.entered(10_000);
  queueBacklog.notTaken();
  queueBacklog.taken(queueBacklog.mark(), TAKE, false);
  expect(queueBacklog.allowance()).toBe(25);
});

test.each([1, 90, 500])('the queue empties while %i events arrive with each take', (arriving) => {
  const queueBacklog = createQueueBacklog();
  let due = 5_000;
  let outbox = 0;
  for (let takes = 0; takes < 70; takes += 1) {
    const mark = queueBacklog.mark();
    const taken = Math.min(due, TAKE);
    due -= taken;
    queueBacklog.taken(mark, taken, taken < TAKE);
    outbox += arriving;
    if (queueBacklog.mustQueue('a')) {
      const entering = Math.min(outbox, queueBacklog.allowance());
      outbox -= entering;
      due += entering;
      queueBacklog.entered(entering);
    }
  }
  expect(due).toBe(0);
  expect(queueBacklog.mustQueue('a')).toBe(false);
});
