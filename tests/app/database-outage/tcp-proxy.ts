import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** An address that stays while what is behind it comes and goes. */
export interface TcpProxy {
  port: number;
  /** The network fails: nothing is passed on any more, and nobody is told. Connections made meanwhile stay silent. */
  goSilent(): void;
  /** Drops what was silent and passes on again. */
  heal(): void;
  stop(): Promise<void>;
}

/** @param target the port behind, asked for each connection; null: refuses */
export async function startTcpProxy(target: () => number | null): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let silent = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    const port = target();
    if (silent) return;
    if (port === null) return void client.destroy();
    const behind = keep(connect(port, '127.0.0.1'));
    client.on('data', (chunk) => silent || behind.write(chunk)).on('close', () => silent || behind.destroy());
    behind.on('data', (chunk) => silent || client.write(chunk)).on('close', () => silent || client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
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
