/** @jest-environment node */
// Sampling the delay of the event loop wakes an idle process ten times a second.
import hooks from 'node:perf_hooks';
import { createMetrics } from '../../src/server/routes/metrics';
import type { Db } from '../../src/sql/db';

test("Node's own metrics are taken from the first time on that somebody reads them", async () => {
  const monitor = jest.spyOn(hooks, 'monitorEventLoopDelay');
  const query = async () => ({ rows: [] });
  const db = { queryRunner: { connect: async () => ({ query }) } } as unknown as Db;
  const metrics = createMetrics(db, { warn: () => undefined });
  expect(monitor).not.toHaveBeenCalled();
  const texts = await Promise.all([metrics.read(), metrics.read()]);
  expect(monitor).toHaveBeenCalledTimes(1);
  for (const text of texts) expect(text).toMatch(/^nodejs_eventloop_lag_p50_seconds /m);
});
