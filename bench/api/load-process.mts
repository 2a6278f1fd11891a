// Asks a server over and over, as a process of its own and as cheaply as can be: whole requests written to plain sockets,
// answers read no further than their length needs. What it takes of the machine, all sides of a comparison lose alike.
// Node runs it as it stands, types stripped. So it imports nothing of ours.
import { connect, type Socket } from 'node:net';

interface Order {
  port: number;
  path: string;
  headers: Record<string, string>;
  /** JSON texts, sent in turn. */
  bodies: string[];
  connections: number;
  seconds: number;
  /** Goes on for so many answers, but no longer than five times as long. */
  least: number;
}

const NO_ANSWER_MS = 60_000;
const LONGER = 5;
const HEAD_END = '\r\n\r\n';

process.on('message', (order: Order) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ fault: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

async function run({ port, path, headers, bodies, connections, seconds, least }: Order) {
  const requests = bodies.map((body) => requestOf(port, path, headers, body));
  const latenciesMs: number[] = [];
  let next = 0;
  let bytes = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  const latest = start + LONGER * seconds * 1000;
  const goesOn = (now: number) => now < end || (latenciesMs.length < least && now < latest);
  const asker = async () => {
    const ask = await openConnection(port);
    while (goesOn(performance.now())) {
      const request = requests[next++ % requests.length] as Buffer;
      const asked = performance.now();
      bytes += await ask(request);
      latenciesMs.push(performance.now() - asked);
    }
    ask.close();
  };
  await Promise.all(Array.from({ length: connections }, asker));
  return { requests: latenciesMs.length, seconds: (performance.now() - start) / 1000, bytes, latenciesMs };
}

function requestOf(port: number, path: string, headers: Record<string, string>, body: string): Buffer {
  const lines = Object.entries({ ...headers, 'content-type': 'application/json', accept: 'application/json' });
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${lines
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n${body}`,
  );
}

type Ask = ((request: Buffer) => Promise<number>) & { close(): void };

/** @returns what sends a request and gives the size of its answer; an answer with errors, or not 200, ends the run */
async function openConnection(port: number): Promise<Ask> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let waiting: { resolve(bytes: number): void; reject(error: Error): void } | null = null;
  let chunks: Buffer[] = [];
  let size = 0;
  let total = -1; // with the head; -1: not known yet, -2: in chunks
  const fail = (error: Error) => {
    waiting?.reject(error);
    waiting = null;
  };
  socket.setTimeout(NO_ANSWER_MS, () => fail(new Error(`no answer within ${NO_ANSWER_MS} ms`)));
  socket.on('error', fail).on('close', () => fail(new Error('the server closed the connection')));
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (total === -1) total = totalOf(chunks.length === 1 ? chunk : Buffer.concat(chunks));
    const complete =
      total === -2 ? Buffer.concat(chunks).toString('latin1', Math.max(0, size - 5)) === `0${HEAD_END}` : size >= total;
    if (total === -1 || !complete) return;
    const answer = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    const answered = size;
    chunks = [];
    size = 0;
    total = -1;
    const fault = faultOf(answer);
    if (fault) return fail(new Error(fault));
    waiting?.resolve(answered);
    waiting = null;
  });
  const ask = (request: Buffer) =>
    new Promise<number>((resolve, reject) => {
      waiting = { resolve, reject };
      socket.write(request);
    });
  return Object.assign(ask, {
    close: () => {
      socket.removeAllListeners('close');
      socket.destroy();
    },
  });
}

function totalOf(start: Buffer): number {
  const head = start.indexOf(HEAD_END);
  if (head < 0) return -1;
  const length = /\r\ncontent-length: *(\d+)/i.exec(start.toString('latin1', 0, head));
  return length ? head + HEAD_END.length + Number(length[1]) : -2;
}

function faultOf(answer: Buffer): string | null {
  if (answer.toString('latin1', 9, 12) === '200' && answer.indexOf('"errors":') < 0) return null;
  return `an answer with errors: ${answer.toString('utf8', 0, 1500)}`;
}
