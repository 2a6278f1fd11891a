// The very SQL that our server sends for a question, read from the wire: a proxy between it and PostgreSQL.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** One run of a prepared statement; `bind` is the Bind message without the names, byte for byte. */
export interface Captured {
  /** The Parse message without the name: text, NUL, types of parameters. */
  parse: Buffer;
  bind: Buffer;
}

export interface Capture {
  /** Through here to PostgreSQL. */
  url: string;
  /** What was run since the last call. */
  take(): Captured[];
  stop(): Promise<void>;
}

export async function startCapture(databaseUrl: string): Promise<Capture> {
  const upstream = new URL(databaseUrl);
  let captured: Captured[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const postgres = connect(Number(upstream.port), upstream.hostname);
    for (const socket of [client, postgres]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
    }
    client.on('close', () => postgres.destroy());
    postgres.on('close', () => client.destroy());
    client.on(
      'data',
      readMessages((each) => captured.push(each)),
    );
    client.pipe(postgres);
    postgres.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: Object.assign(new URL(databaseUrl), { port: String((server.address() as AddressInfo).port), search: '' }).href,
    take() {
      const taken = captured;
      captured = [];
      return taken;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// The start-up message has no type byte: it is what comes first. TLS is not asked for on 127.0.0.1.
function readMessages(onRun: (run: Captured) => void): (chunk: Buffer) => void {
  const statements = new Map<string, Buffer>();
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    if (!started) {
      if (rest.length < 4 || rest.length < rest.readUInt32BE(0)) return;
      rest = rest.subarray(rest.readUInt32BE(0));
      started = true;
    }
    while (rest.length >= 5 && rest.length >= 1 + rest.readUInt32BE(1)) {
      const end = 1 + rest.readUInt32BE(1);
      const body = rest.subarray(5, end);
      if (rest[0] === PARSE) statements.set(nameAt(body, 0), Buffer.from(body.subarray(body.indexOf(0) + 1)));
      if (rest[0] === BIND) {
        const name = body.indexOf(0) + 1;
        const parse = statements.get(nameAt(body, name));
        if (parse) onRun({ parse, bind: Buffer.from(body.subarray(body.indexOf(0, name) + 1)) });
      }
      rest = rest.subarray(end);
    }
  };
}

const PARSE = 'P'.charCodeAt(0);
const BIND = 'B'.charCodeAt(0);

function nameAt(body: Buffer, from: number): string {
  return body.toString('utf8', from, body.indexOf(0, from));
}
