// HTTP/1.1 over plain sockets, as cheaply as can be: the load must take little of the machine that it shares with what is
// measured. Whole requests are written, and answers are read no further than their length needs. Node runs it as it stands,
// types stripped, in the processes that only make a load.
import { connect, type Socket } from 'node:net';

export interface PlainServer {
  hostname: string;
  port: number;
}

export interface PlainRequest {
  method: string;
  server: PlainServer;
  /** With its query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** null: none. */
  body: string | null;
}

export interface PlainAnswer {
  status: number;
  /** Of status line, headers and body, in bytes. */
  size: number;
  /** Status line and headers. */
  head: string;
  /** Chunks joined. */
  body: Buffer;
}

export interface PlainConnection {
  /** One request at a time. @throws Error if the server closes the connection, or does not answer within 60 s */
  ask(request: Buffer): Promise<PlainAnswer>;
  /** By either side. */
  isClosed(): boolean;
  close(): void;
}

const NO_ANSWER_MS = 60_000;
const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = `0${HEAD_END}`;

/** @throws Error for a URL that is not of HTTP */
export function plainServer(url: string): PlainServer {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'http:') throw new Error(`the load is made over plain sockets: ${url} is not an HTTP URL`);
  return { hostname, port: Number(port || 80) };
}

export function plainRequest({ method, server, path, headers, body }: PlainRequest): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = body === null ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: ${server.hostname}:${server.port}\r\n${length}${lines.join('')}\r\n${body ?? ''}`,
  );
}

export async function openPlainConnection({ hostname, port }: PlainServer): Promise<PlainConnection> {
  const socket: Socket = connect(port, hostname);
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let waiting: { resolve(answer: PlainAnswer): void; reject(error: Error): void } | null = null;
  let received: Buffer | null = null;
  const fail = (error: Error) => {
    waiting?.reject(error);
    waiting = null;
  };
  const isClosed = () => socket.destroyed || socket.readableEnded;
  socket.setTimeout(NO_ANSWER_MS, () => fail(new Error(`no answer within ${NO_ANSWER_MS} ms`)));
  socket.on('error', fail).on('close', () => fail(new Error('the server closed the connection')));
  socket.on('data', (chunk: Buffer) => {
    received = received ? Buffer.concat([received, chunk]) : chunk;
    const answer = answerIn(received);
    if (!answer) return;
    received = null;
    waiting?.resolve(answer);
    waiting = null;
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (isClosed()) return reject(new Error('the server closed the connection'));
        waiting = { resolve, reject };
        socket.write(request);
      }),
    isClosed,
    close() {
      socket.removeAllListeners('close');
      socket.destroy();
    },
  };
}

/** @returns null: it is not whole */
function answerIn(received: Buffer): PlainAnswer | null {
  const end = received.indexOf(HEAD_END);
  if (end < 0) return null;
  const head = received.toString('latin1', 0, end);
  const start = end + HEAD_END.length;
  const rest = received.subarray(start);
  const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
  const isWhole = isChunked
    ? rest.toString('latin1', Math.max(0, rest.length - LAST_CHUNK.length)) === LAST_CHUNK
    : rest.length >= Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (!isWhole) return null;
  return { status: Number(head.slice(9, 12)), size: received.length, head, body: isChunked ? joined(rest) : rest };
}

function joined(encoded: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = encoded.indexOf('\r\n', at);
    const size = Number.parseInt(encoded.toString('latin1', at, lineEnd), 16);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(encoded.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
