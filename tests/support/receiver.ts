import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { duringFile } from './during-file';

export interface ReceivedCall {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  at: number;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  delayMs?: number;
  /** The answer is not sent before this settles, so a test needs no delay in milliseconds. */
  after?: Promise<unknown>;
}

/** An answer that does not come. */
export const NEVER: Answer = { after: new Promise(() => undefined) };

/** A partner: a real HTTP server that keeps what it got. */
export interface Receiver {
  url: string;
  calls: ReceivedCall[];
  /** How the next calls are answered; 200 by default. */
  answerWith(answer: (call: ReceivedCall, n: number) => Answer): void;
  stop(): Promise<void>;
}

/** `startReceiver` for all tests of a file. */
export function useReceiver(): Receiver {
  return duringFile(startReceiver);
}

/** The same, which before each test has forgotten what it got and how it answered. */
export function useFreshReceiver(): Receiver {
  const receiver = useReceiver();
  beforeEach(() => {
    receiver.calls.length = 0;
    receiver.answerWith(() => ({}));
  });
  return receiver;
}

export async function startReceiver(): Promise<Receiver> {
  const calls: ReceivedCall[] = [];
  let answer: (call: ReceivedCall, n: number) => Answer = () => ({});
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks),
        at: Date.now(),
      };
      calls.push(call);
      const {
        status = 200,
        headers = { 'content-type': 'application/json' },
        body = '{"ok":true}',
        delayMs,
        after,
      } = answer(call, calls.length);
      const send = () => response.writeHead(status, headers).end(body);
      if (after) void after.then(send);
      else if (delayMs) setTimeout(send, delayMs).unref();
      else send();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    calls,
    answerWith: (next) => {
      answer = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
