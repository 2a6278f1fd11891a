import { createDueAttempts } from '../../../src/delivery/engine/due-attempts';
import { insertJobs, takeJobs } from '../../../src/delivery/queue/queue.store';
import { newId } from '../../../src/values/ids';
import { waitFor } from '../../support/wait-for';
import { workerParts } from '../worker-parts';

const { app, parts } = workerParts();

// one that comes due later would be taken together with those of the next test
afterEach(() => app.database.query('delete from delivery_jobs'));

test('a worker that took no job rests until the next one is due, and two seconds at most', async () => {
  const due = createDueAttempts(parts);
  const rest = async () => (await due.start(10)).restMs;
  const jobIn = (ms: number) =>
    insertJobs(parts.db, [{ id: newId(), deliveryId: newId(), dueAt: new Date(Date.now() + ms) }]);
  expect(await rest()).toBeNull();
  expect(await rest()).toBe(2_000);
  await jobIn(3_600_000);
  expect(await rest()).toBe(2_000);
  await jobIn(1_500);
  const found = await rest();
  expect(found === null || (found > 0 && found <= 1_500)).toBe(true);
  await jobIn(-1);
  expect(await rest()).toBeNull();
});

test('a worker begins with jobs that became due lately, and finds those that were committed late', async () => {
  const minuteAgo = Date.now() - 60_000;
  const jobAt = (ms: number) => insertJobs(parts.db, [{ id: newId(), deliveryId: newId(), dueAt: new Date(ms) }]);
  await jobAt(minuteAgo);
  expect(await takeJobs(parts.db, new Date(minuteAgo + 1), 10)).toEqual([]);
  expect(await takeJobs(parts.db, new Date(minuteAgo), 10)).toMatchObject([{ dueAt: new Date(minuteAgo) }]);
  const due = createDueAttempts(parts);
  for (let n = 1; n <= 3; n += 1) {
    await jobAt(Date.now() - n * 60_000);
    await waitFor('the late job', async () => (await due.start(10)).taken === 1);
  }
});
