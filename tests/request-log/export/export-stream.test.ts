// The stream between the batches of an export and the connection of its client.
import { setTimeout as wait } from 'node:timers/promises';
import type { Batch } from '../../../src/request-log/export/export-batches';
import { readAhead, streamOf } from '../../../src/request-log/export/export-stream';
import { waitFor } from '../../support/wait-for';

async function* batches(count: number, made: { count: number }): AsyncGenerator<Batch> {
  for (let n = 0; n < count; n += 1) {
    made.count += 1;
    yield { texts: ['x'.repeat(1_000_000)], rows: 1 };
  }
}
const progress = () => ({ rows: 0, bytes: 0, complete: false });

test('asks for no more than one piece ahead of its reader', async () => {
  const made = { count: 0 };
  const stream = streamOf(await readAhead(batches(100, made)), progress(), 60_000, async () => undefined);
  stream.read(1);
  await waitFor('the first pieces', () => stream.readableLength > 0);
  await wait(50);
  expect(made.count).toBeLessThanOrEqual(2);
  stream.destroy();
});

test('is broken, not ended, when its source fails', async () => {
  async function* failing(): AsyncGenerator<Batch> {
    yield { texts: ['x'], rows: 1 };
    throw new Error('gone');
  }
  const sent = progress();
  const stream = streamOf(await readAhead(failing()), sent, 60_000, async () => undefined);
  const read = async () => {
    for await (const _chunk of stream);
  };
  await expect(read()).rejects.toThrow('gone');
  expect(sent.complete).toBe(false);
});

test('fails before it begins when nothing can be read at all', async () => {
  async function* failing(): AsyncGenerator<Batch> {
    yield await Promise.reject(new Error('gone'));
  }
  await expect(readAhead(failing())).rejects.toThrow('gone');
});

test('is checked again before each text, which may have waited for its reader', async () => {
  let mayRead = true;
  const check = async () => {
    if (!mayRead) throw new Error('masked now');
  };
  const made = { count: 0 };
  const stream = streamOf(await readAhead(batches(3, made)), progress(), 60_000, check);
  const chunks = stream[Symbol.asyncIterator]();
  await chunks.next();
  expect(made.count).toBe(2);
  mayRead = false;
  await expect(
    (async () => {
      for (let next = await chunks.next(); !next.done; next = await chunks.next());
    })(),
  ).rejects.toThrow('masked now');
});
