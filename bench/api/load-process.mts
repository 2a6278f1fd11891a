// Asks a server over and over, as a process of its own. What it takes of the machine, all sides of a comparison lose alike.
// Node runs it as it stands, types stripped. So it imports only what does the same.
import { openPlainConnection, type PlainConnection, plainRequest } from '../plain-http.mts';

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

const LONGER = 5;

process.on('message', (order: Order) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ fault: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

async function run({ port, path, headers, bodies, connections, seconds, least }: Order) {
  const server = { hostname: '127.0.0.1', port };
  const all = { ...headers, 'content-type': 'application/json', accept: 'application/json' };
  const requests = bodies.map((body) => plainRequest({ method: 'POST', server, path, headers: all, body }));
  const latenciesMs: number[] = [];
  let next = 0;
  let bytes = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  const latest = start + LONGER * seconds * 1000;
  const goesOn = (now: number) => now < end || (latenciesMs.length < least && now < latest);
  const asker = async () => {
    const connection = await openPlainConnection(server);
    while (goesOn(performance.now())) {
      const request = requests[next++ % requests.length] as Buffer;
      const asked = performance.now();
      bytes += await ask(connection, request);
      latenciesMs.push(performance.now() - asked);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, asker));
  return { requests: latenciesMs.length, seconds: (performance.now() - start) / 1000, bytes, latenciesMs };
}

/** @returns the size of the answer. An answer with errors, or not 200, ends the run */
async function ask(connection: PlainConnection, request: Buffer): Promise<number> {
  const answer = await connection.ask(request);
  if (answer.status === 200 && answer.body.indexOf('"errors":') < 0) return answer.size;
  throw new Error(`an answer with errors: ${answer.head}\n${answer.body.toString('utf8', 0, 1500)}`);
}
