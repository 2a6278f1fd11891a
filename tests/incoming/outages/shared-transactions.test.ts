/** @jest-environment node */
// Calls share transactions, and none waits for long because of another.
import { setImmediate } from 'node:timers/promises';
import { createRecorder } from '../../../src/incoming/record-calls';
import type { DecidedCall } from '../../../src/incoming/recorded-call';
import { createLog } from '../../../src/logging/log';
import { waitFor } from '../../support/wait-for';

const REFUSED = { call: { body: Buffer.alloc(0) }, decision: { accepted: false } } as DecidedCall;

/** A recorder whose transactions end when the test says so, and write nothing. */
function heldRecorder() {
  const begun: PromiseWithResolvers<never>[] = [];
  const recorder = createRecorder(() => {
    const held = Promise.withResolvers<never>();
    begun.push(held);
    return held.promise;
  }, createLog('silent'));
  let recorded = 0;
  return {
    begun,
    recorded: () => recorded,
    idle: recorder.idle,
    async call(times: number) {
      for (let n = 0; n < times; n += 1) void recorder.add(REFUSED).then(() => (recorded += 1));
      await setImmediate();
    },
    async end(transaction: number) {
      begun[transaction]?.resolve([] as never);
      await setImmediate();
    },
  };
}

describe('with time held', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('a call begins at once while fewer than two transactions run, those that come meanwhile share the next', async () => {
    const { begun, call, end, recorded } = heldRecorder();
    await call(2);
    expect(begun).toHaveLength(1);
    await call(1);
    expect(begun).toHaveLength(2);
    await call(1);
    await call(2);
    expect([begun.length, recorded()]).toEqual([2, 0]);
    await end(0);
    expect([begun.length, recorded()]).toEqual([3, 2]);
    await end(1);
    await end(2);
    expect([begun.length, recorded()]).toEqual([3, 6]);
  });

  test('where many wait, a second transaction begins, and no third', async () => {
    const { begun, call, end, recorded } = heldRecorder();
    await call(1);
    await call(50);
    await call(180);
    expect(begun).toHaveLength(2);
    await end(0);
    await end(1);
    // one takes at most 64
    expect([begun.length, recorded()]).toEqual([4, 51]);
    jest.advanceTimersByTime(25);
    await end(2);
    await end(3);
    // callers who are answered may call again
    jest.advanceTimersByTime(8);
    await end(4);
    expect([begun.length, recorded()]).toEqual([5, 231]);
  });

  test('while one takes long, others go on as if it were not there', async () => {
    const { begun, call, end, recorded } = heldRecorder();
    await call(1);
    await call(1);
    expect(begun).toHaveLength(2);
    await end(1);
    await call(1);
    expect(begun).toHaveLength(3);
    await end(2);
    expect(recorded()).toBe(2);
    await end(0);
    expect(recorded()).toBe(3);
  });
});

test('stopping waits for the calls that wait', async () => {
  const { begun, call, end, recorded, idle } = heldRecorder();
  await call(1);
  await end(0);
  await call(1);
  const stopped = idle();
  await waitFor('the second transaction', async () => begun.length === 2);
  await end(1);
  await stopped;
  expect(recorded()).toBe(2);
});
