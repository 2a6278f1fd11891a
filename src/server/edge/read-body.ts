// The body of a request, as it is on the wire: bounded in bytes and time, whatever its length says.
import type { IncomingMessage } from 'node:http';
import type { Shortfall } from '../../incoming/arrived-call';

export interface ReadBody {
  readonly body: Buffer;
  /** How many bytes came. */
  readonly bytes: number;
  /** null: all of it came. NO_ROOM: too much is held at this moment. */
  readonly shortfall: Shortfall | 'NO_ROOM' | null;
}

export interface BodyLimits {
  readonly mostBytes: number;
  readonly time: BodyTime;
  /** Asked for so many bytes more; false: there is no room for them. */
  hold(bytes: number): boolean;
}

export interface BodyTime {
  /** For the whole body. */
  readonly mostMs: number;
  /** From then on, the body must have come at `bytesPerSecond` on average: one that stands still does not wait for `mostMs`. */
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
      // what still comes is not wanted; an error without a listener would end the process
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
      // what had come before anything listened
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

/** In one piece of memory: a body that comes a byte at a time would take some hundred bytes for each. */
function createCollected(mostBytes: number): Collected {
  let memory: Buffer = Buffer.alloc(0);
  let used = 0;
  return {
    add(chunk) {
      // the usual body is one chunk
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
