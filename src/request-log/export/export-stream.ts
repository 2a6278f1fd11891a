// Sends the batches of an export as fast as the client reads them.
import { Readable } from 'node:stream';
import type { Progress } from './download';

/** Whole lines that one statement read. */
interface Lines {
  texts: Iterable<string> | AsyncIterable<string>;
  rows: number;
}

// small enough that a slow client reads one before the timeout
const PIECE_BYTES = 64 * 1024;

/**
 * Reads the next batch while the previous one is being sent. The first batch is read at once, so that its errors are
 * thrown here.
 */
export async function readAhead<Batch>(batches: AsyncGenerator<Batch>): Promise<AsyncGenerator<Batch>> {
  const first = await batches.next();
  async function* all(): AsyncGenerator<Batch> {
    try {
      for (let current = first; !current.done; ) {
        const next = batches.next();
        // its error is thrown when it is awaited, if it is
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
 * The file as a stream. It fails if `batches` throw, or if the client reads nothing for `timeoutMs`. The consumer must
 * not end the response normally then.
 * @param progress updated while the file is sent
 * @param check called before each text is sent: what was read may have waited for a slow client. If it throws, the file breaks off
 */
export function streamOf(
  batches: AsyncIterable<Lines>,
  progress: Progress,
  timeoutMs: number,
  check: () => Promise<void>,
): Readable {
  const stream = Readable.from(pieces(), { objectMode: false });
  async function* pieces(): AsyncGenerator<Buffer> {
    for await (const { texts, rows } of batches) {
      for await (const text of texts) {
        await check();
        yield* taken(Buffer.from(text));
      }
      progress.rows += rows;
    }
    progress.complete = true;
  }
  async function* taken(bytes: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      const timeout = setTimeout(() => stream.destroy(new Error('the client stopped reading')), timeoutMs);
      try {
        yield piece;
      } finally {
        clearTimeout(timeout);
      }
      progress.bytes += piece.length;
    }
  }
  return stream;
}
