// Reads the body of a request as it is on the wire, bounded in bytes and time regardless of its announced length.
import type { IncomingMessage } from 'node:http';
import type { Shortfall } from '../../incoming/arrived-call';

export interface ReadBody {
  readonly body: Buffer;
  /** The number of bytes received. */
  readonly bytes: number;
  /** null: the body is complete. NO_ROOM: the process holds too much at this moment. */
  readonly shortfall: Shortfall | 'NO_ROOM' | null;
}

export interface BodyLimits {
  readonly mostBytes: number;
  readonly time: BodyTime;
  /** Called for each further number of bytes; returns false if there is no room for them. */
  hold(bytes: number): boolean;
}

export interface BodyTime {
  /** The time limit of the whole body. */
  readonly mostMs: number;
  /** After this time the average must be `bytesPerSecond`, so that a stalled body ends before `mostMs`. */
  readonly slowAfterMs: number;
  readonly bytesPerSecond: number;
}

const CHECK_MS = 1_000;

/** Never rejects. */
export function readBody(message: IncomingMessage, { mostBytes, time, hold }: BodyLimits): Promise<ReadBody> {
  const collected = createCollected(mostBytes);
  const begun = performance.now();
  let bytes = 0;
  return new Promise((resolve) => {
    const end = (shortfall: ReadBody['shortfall']) => {
      clearTimeout(timer);
      message.off('data', take).off('end', ended).off('close', closed).off('error', closed);
      // the rest is ignored; an error without a listener would end the process
      message.on('error', () => undefined);
      if (shortfall !== null) message.pause();
      resolve({ body: collected.body(), bytes, shortfall });
    };
    const add = (chunk: Buffer) => {
      collected.add(chunk);
      bytes += chunk.length;
    };
    const checkPace = () => {
      const ms = performance.now() - begun;
      if (ms >= time.mostMs || bytes * 1_000 < ms * time.bytesPerSecond) return end('TIMEOUT');
      timer = setTimeout(checkPace, Math.min(CHECK_MS, time.mostMs - ms));
    };
    let timer = setTimeout(checkPace, Math.min(time.slowAfterMs, time.mostMs));
    const take = (chunk: Buffer) => {
      add(chunk);
      if (bytes > mostBytes) end('TOO_LARGE');
      else if (!hold(chunk.length)) end('NO_ROOM');
    };
    const ended = () => end(null);
    const closed = () => {
      // chunks that arrived before there was a listener
      message.off('data', take);
      for (let chunk = message.read(); chunk !== null && bytes <= mostBytes; chunk = message.read()) add(chunk);
      end(message.complete ? null : 'RESET');
    };
    message.on('data', take).once('end', ended).once('close', closed).once('error', closed);
    if (message.destroyed) closed();
  });
}

interface Collected {
  add(chunk: Buffer): void;
  body(): Buffer;
}

/**
 * Collects the body in one buffer: kept as chunks, a body that comes byte by byte needs about a hundred bytes for each.
 */
function createCollected(mostBytes: number): Collected {
  let memory: Buffer = Buffer.alloc(0);
  let used = 0;
  return {
    add(chunk) {
      // most bodies are one chunk
      if (used === 0) memory = chunk.subarray(0, mostBytes);
      else {
        const needed = Math.min(used + chunk.length, mostBytes);
        if (needed > memory.length) {
          const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, memory.length * 2), mostBytes));
          memory.copy(larger, 0, 0, used);
          memory = larger;
        }
        chunk.copy(memory, used, 0, needed - used);
      }
      used = Math.min(used + chunk.length, mostBytes);
    },
    body: () => memory.subarray(0, used),
  };
}
