import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { atPort } from '../../database/database-outage/tcp-proxy';

/** In front of PostgreSQL: from a given moment on, no commit through it is confirmed. */
export interface CommitProxy {
  /** The same database through it. */
  through(url: string): string;
  muteCommits(): void;
  stop(): Promise<void>;
}

export async function startCommitProxy(databaseUrl: string): Promise<CommitProxy> {
  const behindPort = Number(new URL(databaseUrl).port);
  const sockets = new Set<Socket>();
  let mute = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const behind = connect(behindPort, '127.0.0.1');
    for (const socket of [client, behind]) keep(socket);
    let muted = false;
    client.on('data', (chunk) => {
      muted ||= mute && /commit/i.test(chunk.toString('latin1'));
      behind.write(chunk);
    });
    behind.on('data', (chunk) => muted || client.write(chunk));
    client.on('close', () => behind.destroy());
    behind.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    through: (url) => atPort(url, (server.address() as AddressInfo).port),
    muteCommits() {
      mute = true;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
