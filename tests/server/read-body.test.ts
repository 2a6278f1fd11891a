/** @jest-environment node */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { readBody } from '../../src/server/edge/read-body';
import { growthDuring } from '../support/live-memory';

const MIB = 1024 * 1024;
const PATIENT = { mostMs: 3_600_000, slowAfterMs: 3_600_000, bytesPerSecond: 0 };

function messageOf(): IncomingMessage {
  return Object.assign(new Readable({ read: () => undefined }), { complete: false }) as unknown as IncomingMessage;
}

test('a body in chunks of any size is put together up to its limit, and counted beyond', async () => {
  for (const sizes of [[10], [1, 2, 3, 4], [4, 4, 4], [100]]) {
    const message = messageOf();
    const reading = readBody(message, { mostBytes: 10, time: PATIENT, hold: () => true });
    const all = Buffer.from(Array.from({ length: sizes.reduce((sum, size) => sum + size, 0) }, (_, i) => i));
    let at = 0;
    for (const size of sizes) {
      message.push(all.subarray(at, at + size));
      at += size;
    }
    message.push(null);
    const shortfall = all.length > 10 ? 'TOO_LARGE' : null;
    expect(await reading).toEqual({ body: all.subarray(0, 10), bytes: all.length, shortfall });
  }
});

test('a body that comes a byte at a time takes no more memory than its bytes', async () => {
  const message = messageOf();
  const reading = readBody(message, { mostBytes: MIB, time: PATIENT, hold: () => true });
  const { grownBy } = await growthDuring(4 * MIB, async () => {
    for (let n = 0; n < 256 * 1024; n += 1) message.emit('data', Buffer.alloc(1, 1));
  });
  message.push(null);
  expect((await reading).body).toEqual(Buffer.alloc(256 * 1024, 1));
  expect(grownBy).toBeLessThan(4 * MIB);
});

describe('time', () => {
  const time = { mostMs: 10_000, slowAfterMs: 3_000, bytesPerSecond: 100 };
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** @param perSecond bytes that come at the beginning of each second */
  async function endOf(perSecond: number) {
    const message = messageOf();
    const begun = performance.now();
    let after = -1;
    const reading = readBody(message, { mostBytes: MIB, time, hold: () => true }).then((read) => {
      after = performance.now() - begun;
      return read;
    });
    for (let second = 0; second < 20 && after < 0; second += 1) {
      if (perSecond > 0) message.emit('data', Buffer.alloc(perSecond));
      await jest.advanceTimersByTimeAsync(1_000);
    }
    return { ...(await reading), after };
  }

  test('a stalled body is given up long before the time limit of a whole body', async () => {
    expect(await endOf(0)).toMatchObject({ shortfall: 'TIMEOUT', bytes: 0, after: 3_000 });
    expect(await endOf(50)).toMatchObject({ shortfall: 'TIMEOUT', after: 3_000 });
  });

  test('one that comes fast enough has that time, and no more', async () => {
    expect(await endOf(100)).toMatchObject({ shortfall: 'TIMEOUT', bytes: 1_000, after: 10_000 });
  });
});
