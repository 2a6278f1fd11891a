// Those who watch, in a process of their own: each a stream of server-sent events over a plain socket. Notes which change
// came when. Node runs it as it stands, types stripped. So it imports nothing of ours.
import { connect, type Socket } from 'node:net';

interface Order {
  port: number;
  path: string;
  /** A key for each subscriber. */
  keys: string[];
  body: string;
}

const sockets: Socket[] = [];
/** By kind and id of the request: when each subscriber got it. */
let arrivals = new Map<string, number[]>();
let dropped = 0;

process.on('message', (message: Order | 'take') => {
  if (message !== 'take') {
    subscribe(message).then(
      () => process.send?.({ subscribed: sockets.length }),
      (error: Error) => process.send?.({ fault: error.message }),
    );
    return;
  }
  process.send?.({ arrivals, dropped });
  arrivals = new Map();
  dropped = 0;
});
process.on('disconnect', () => process.exit(0));

async function subscribe({ port, path, keys, body }: Order): Promise<void> {
  for (const key of keys) await openStream(port, path, key, body);
}

/** Resolves when the answer has begun. */
function openStream(port: number, path: string, key: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let rest = '';
    let begun = false;
    socket.once('error', reject).once('close', () => {
      process.send?.({ fault: 'the server closed a stream' });
    });
    socket.once('connect', () =>
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${key}\r\naccept: text/event-stream\r\n` +
          `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      ),
    );
    socket.on('data', (chunk: Buffer) => {
      const now = Number(process.hrtime.bigint()) / 1e6;
      const text = rest + chunk.toString('latin1');
      if (!begun) {
        if (!text.includes('\r\n\r\n')) {
          rest = text;
          return;
        }
        if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(`a stream begins with ${text.slice(0, 600)}`));
        begun = true;
        resolve();
      }
      const end = text.lastIndexOf('\n\n');
      rest = end < 0 ? text : text.slice(end);
      if (end >= 0) note(text.slice(0, end), now);
    });
  });
}

const EVENT = /"kind":"(OPENED|CLOSED)","dropped":(\d+),"webhookRequestLog":\{"id":"(req_[0-9a-f]{32})"/g;

function note(text: string, now: number): void {
  if (text.includes('"errors":')) process.send?.({ fault: text.slice(0, 600) });
  for (const [, kind, left, id] of text.matchAll(EVENT)) {
    const key = `${kind} ${id}`;
    const times = arrivals.get(key);
    if (times) times.push(now);
    else arrivals.set(key, [now]);
    dropped += Number(left);
  }
}
