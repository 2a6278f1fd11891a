// Runs prepared statements over and over, as pgbench would with `-M prepared`: what no server in front of this PostgreSQL can
// surpass. Messages are made once and answers read no further than to their end. Node runs it as it stands, types stripped.
import type { Socket } from 'node:net';
import pg from 'pg';

interface Order {
  databaseUrl: string;
  connections: number;
  seconds: number;
  /** Messages without the names of statements; the runs of one question follow one another. */
  statements: Buffer[];
  questions: { statement: number; bind: Buffer }[][];
}

const READY = 'Z'.charCodeAt(0);
const FAULT = 'E'.charCodeAt(0);

process.on('message', (order: Order) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ fault: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

async function run({ databaseUrl, connections, seconds, statements, questions }: Order) {
  const asked = questions.map((runs) => runs.map(({ statement, bind }) => runOf(statement, Buffer.from(bind))));
  const sessions = await Promise.all(Array.from({ length: connections }, () => openSession(databaseUrl, statements)));
  let next = 0;
  let answered = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    sessions.map(async ({ send }) => {
      while (performance.now() < end) {
        for (const each of asked[next++ % asked.length] as Buffer[]) await send(each);
        answered += 1;
      }
    }),
  );
  const perSecond = (1000 * answered) / (performance.now() - start);
  await Promise.all(sessions.map(({ close }) => close()));
  return { perSecond };
}

async function openSession(databaseUrl: string, statements: Buffer[]) {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'bench reference' });
  await client.connect();
  // connected and let in: from here on the socket is ours
  const socket = client.connection.stream as Socket;
  for (const event of ['data', 'end', 'close', 'error']) socket.removeAllListeners(event);
  let waiting: { resolve(): void; reject(error: Error): void } | null = null;
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (data.length >= at + 5) {
      const length = 1 + data.readUInt32BE(at + 1);
      if (data.length < at + length) break;
      if (data[at] === FAULT)
        waiting?.reject(new Error(`PostgreSQL says ${data.toString('utf8', at + 5, at + length)}`));
      if (data[at] === READY) waiting?.resolve();
      at += length;
    }
    rest = data.subarray(at);
  });
  socket.on('error', (error: Error) => waiting?.reject(error));
  const send = (messages: Buffer) =>
    new Promise<void>((resolve, reject) => {
      waiting = { resolve, reject };
      socket.write(messages);
    });
  for (const [index, parse] of statements.entries()) {
    await send(Buffer.concat([message('P', Buffer.concat([nameOf(index), Buffer.from(parse)])), message('S')]));
  }
  return {
    send,
    close: async () => {
      socket.destroy();
    },
  };
}

function runOf(statement: number, bind: Buffer): Buffer {
  const portal = Buffer.from([0]);
  return Buffer.concat([
    message('B', Buffer.concat([portal, nameOf(statement), bind])),
    message('D', Buffer.from('P\0')),
    message('E', Buffer.from([0, 0, 0, 0, 0])),
    message('S'),
  ]);
}

const nameOf = (index: number) => Buffer.from(`s${index}\0`);

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}
