// From pieces of a file to bytes that leave as fast as they are taken, and no faster.
import { Readable } from 'node:stream';
import type { Batch } from './export-batches';
import type { Progress } from './request-export';

// small enough to see that a slow reader takes something
const PIECE_BYTES = 64 * 1024;

/**
 * Reads one batch ahead, while the one before is on its way. The first is read at once: what fails at once, fails here.
 */
export async function readAhead(batches: AsyncGenerator<Batch>): Promise<AsyncGenerator<Batch>> {
  const first = await batches.next();
  async function* all(): AsyncGenerator<Batch> {
    try {
      for (let current = first; !current.done; ) {
        const next = batches.next();
        // looked at later, or never
        next.catch(() => undefined);
        yield current.value;
        current = await next;
      }
    } finally {
      await batches.return(undefined);
    }
  }
  return all();
}

/**
 * The file as a stream. It breaks when `batches` throw, and when nobody takes anything for `patienceMs`; whoever reads it
 * must not take that for its end.
 * @param progress kept up to date
 */
export function streamOf(batches: AsyncIterable<Batch>, progress: Progress, patienceMs: number): Readable {
  const stream = Readable.from(pieces(), { objectMode: false });
  async function* pieces(): AsyncGenerator<Buffer> {
    for await (const { texts, rows } of batches) {
      for (const text of texts) yield* taken(Buffer.from(text));
      progress.rows += rows;
    }
    progress.complete = true;
  }
  async function* taken(bytes: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      const impatience = setTimeout(() => stream.destroy(new Error('nobody reads on')), patienceMs);
      try {
        yield piece;
      } finally {
        clearTimeout(impatience);
      }
      progress.bytes += piece.length;
    }
  }
  return stream;
}
