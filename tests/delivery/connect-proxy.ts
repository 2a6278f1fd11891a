import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, isIPv6, type Socket } from 'node:net';
import { pem } from './partner';

export interface ConnectProxyOptions {
  /** The status of the answer to CONNECT; 200 tunnels. null: no answer comes. Default: 200. */
  answer?: (request: IncomingMessage) => number | null;
  /** A certificate of fixtures/: the proxy is called over https, and asks for one of the client. */
  certificate?: string;
  host?: string;
  /** Sent at once after an answer of 200. */
  early?: string;
}

export interface ConnectProxy {
  url: string;
  /** What it was asked to connect to, in order. */
  targets: string[];
  /** Its open connections. */
  sockets: Set<Socket>;
  stop(): Promise<void>;
}

/** A real HTTP proxy that tunnels. */
export async function connectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { answer = () => 200, certificate, host = '127.0.0.1', early = '' } = options;
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const asked = { requestCert: true, rejectUnauthorized: false };
  const server = certificate
    ? createHttpsServer({ key: pem('key'), cert: pem(certificate), ...asked })
    : createServer();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request, socket: Socket) => {
    socket.on('error', () => undefined);
    targets.push(request.url ?? '');
    const status = answer(request);
    if (status === null) {
      socket.on('end', () => socket.end()).resume();
      return;
    }
    if (status !== 200) {
      // the client closes the connection
      socket.on('end', () => socket.end()).resume();
      socket.write(`HTTP/1.1 ${status} No\r\ncontent-length: 7\r\n\r\nrefused`);
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const target = connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ''));
    target.on('connect', () => {
      socket.write(`HTTP/1.1 200 Connection Established\r\n\r\n${early}`);
      socket.pipe(target).pipe(socket);
    });
    target.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    target.on('close', () => socket.destroy());
    socket.on('close', () => target.destroy());
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificate ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    targets,
    sockets,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
