// The body of a partner's call, as it is on the wire: bounded in bytes and time, whatever its length says.
import type { IncomingMessage } from 'node:http';
import type { Shortfall } from '../incoming/arrived-call';

export interface ReadBody {
  readonly body: Buffer;
  /** How many bytes came. */
  readonly bytes: number;
  /** null: all of it came. NO_ROOM: others hold too much at this moment. */
  readonly shortfall: Shortfall | 'NO_ROOM' | null;
}

export interface BodyLimits {
  readonly mostBytes: number;
  /** For all of it. */
  readonly timeoutMs: number;
  /** Asked for so many bytes more; false: there is no room for them. */
  hold(bytes: number): boolean;
}

/** Never rejects. */
export function readIncomingBody(
  message: IncomingMessage,
  { mostBytes, timeoutMs, hold }: BodyLimits,
): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    const end = (shortfall: ReadBody['shortfall']) => {
      clearTimeout(timer);
      message.off('data', take).off('end', ended).off('close', closed).off('error', closed);
      // what still comes is not wanted; without a listener an error would be nobody's
      message.on('error', () => undefined);
      if (shortfall !== null) message.pause();
      resolve({ body: Buffer.concat(chunks).subarray(0, mostBytes), bytes, shortfall });
    };
    const timer = setTimeout(() => end('TIMEOUT'), timeoutMs);
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > mostBytes) end('TOO_LARGE');
      else if (!hold(chunk.length)) end('NO_ROOM');
    };
    const ended = () => end(null);
    const closed = () => {
      // what had come before anybody listened
      message.off('data', take);
      for (let chunk = message.read(); chunk !== null && bytes <= mostBytes; chunk = message.read()) {
        chunks.push(chunk);
        bytes += chunk.length;
      }
      end(message.complete ? null : 'RESET');
    };
    message.on('data', take).once('end', ended).once('close', closed).once('error', closed);
    if (message.destroyed) closed();
  });
}
