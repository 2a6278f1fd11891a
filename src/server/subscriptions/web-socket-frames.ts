// Limits the frames that a WebSocket receives, and what waits to be sent back. Pings and pongs count too.
import type { Duplex } from 'node:stream';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { createTokenBuckets } from '../../token-buckets';

/** The limit of one connection. Clients send some frames when they subscribe, and then one every few seconds. */
export const FRAMES = { perSecond: 50, atOnce: 500 } as const;

export type GuardedSocket = Pick<WebSocket, 'on' | 'pong' | 'pause' | 'resume' | 'close' | 'readyState' | 'OPEN'>;

/** Answers pings, ends a connection that sends too much, and reads on only when the answers have been sent. */
export function guardFrames(socket: GuardedSocket, transport: Pick<Duplex, 'writableNeedDrain' | 'once'>): void {
  const frames = createTokenBuckets(FRAMES.perSecond, FRAMES.atOnce);
  const answerPing = createPingAnswers(socket);
  let isEnded = false;
  let isWaiting = false;
  const count = () => {
    if (isEnded) return;
    if (frames.take('', 1) < 0) {
      isEnded = true;
      socket.close(CloseCode.TooManyInitialisationRequests, `More than ${FRAMES.perSecond} frames a second.`);
      // the server does not wait for the answer to the close
      socket.pause();
    } else if (transport.writableNeedDrain && !isWaiting) {
      isWaiting = true;
      socket.pause();
      transport.once('drain', () => {
        isWaiting = false;
        if (!isEnded) socket.resume();
      });
    }
  };
  socket.on('ping', (data: Buffer) => {
    answerPing(data);
    count();
  });
  socket.on('pong', count);
  socket.on('message', count);
}

// RFC 6455, section 5.5.3: of several pings before an answer was sent, only the last one must be answered.
function createPingAnswers(socket: GuardedSocket): (data: Buffer) => void {
  let isLeaving = false;
  let next: Buffer | null = null;
  const answer = (data: Buffer) => {
    if (isLeaving) next = data;
    else if (socket.readyState === socket.OPEN) {
      isLeaving = true;
      socket.pong(data, false, () => {
        isLeaving = false;
        const waiting = next;
        next = null;
        if (waiting) answer(waiting);
      });
    }
  };
  return answer;
}
