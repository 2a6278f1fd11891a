// Asks a server over and over, as a process of its own. What it takes of the machine, both sides of a comparison lose alike.
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
}

process.on('message', (order: Order) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ fault: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

async function run({ port, path, headers, bodies, connections, seconds }: Order) {
  const server = { hostname: '127.0.0.1', port };
  const all = { ...headers, 'content-type': 'application/json', accept: 'application/json' };
  const requests = bodies.map((body) => plainRequest({ method: 'POST', server, path, headers: all, body }));
  let answers = 0;
  const start = performance.now();
  const asker = async () => {
    const connection = await openPlainConnection(server);
    // once at least, however slow the machine is
    do {
      const request = requests[answers % requests.length] as Buffer;
      answers += 1;
      await ask(connection, request);
    } while (performance.now() < start + seconds * 1000);
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, asker));
  return { answers, took: (performance.now() - start) / 1000 };
}

/** An answer with errors, or not 200, ends the run. */
async function ask(connection: PlainConnection, request: Buffer): Promise<void> {
  const { status, head, body } = await connection.ask(request);
  if (status === 200 && body.indexOf('"errors":') < 0) return;
  throw new Error(`an answer with errors: ${head}\n${body.toString('utf8', 0, 1500)}`);
}
