import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { readStartup, type StartupMessage } from './startup-message';

/** An address that stays while what is behind it comes and goes. */
export interface TcpProxy {
  port: number;
  /** The URL of the database as it is reached through the proxy. */
  through(url: string): string;
  /** How each connection that was passed on began. */
  startups: readonly StartupMessage[];
  /** How many connections were refused. */
  refused(): number;
  /** The network fails: nothing is passed on any more, and no connection is closed. Connections made meanwhile stay silent. */
  goSilent(): void;
  /** Drops what was silent and passes on again. */
  heal(): void;
  stop(): Promise<void>;
}

/** The URL over TCP, at another port; `search` may name a Unix socket. */
export function atPort(url: string, port: number): string {
  return Object.assign(new URL(url), { port: String(port), search: '' }).href;
}

/**
 * @param target the port of the PostgreSQL behind, asked for each connection; null: refuses
 * @param passed the first bytes of a connection as they are passed on
 */
export async function startTcpProxy(
  target: (startup: StartupMessage) => number | null,
  passed: (first: Buffer) => Buffer = (first) => first,
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const startups: StartupMessage[] = [];
  let refused = 0;
  let silent = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client).once('data', (first) => {
      if (silent) return;
      const startup = readStartup(first);
      const port = target(startup);
      if (port === null) {
        refused += 1;
        return void client.destroy();
      }
      startups.push(startup);
      const behind = keep(connect(port, '127.0.0.1'));
      behind.write(passed(first));
      client.on('data', (chunk) => silent || behind.write(chunk)).on('close', () => silent || behind.destroy());
      behind.on('data', (chunk) => silent || client.write(chunk)).on('close', () => silent || client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const { port } = server.address() as AddressInfo;
  return {
    port,
    through: (url) => atPort(url, port),
    startups,
    refused: () => refused,
    goSilent() {
      silent = true;
    },
    heal() {
      silent = false;
      dropAll();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropAll();
      }),
  };
}
