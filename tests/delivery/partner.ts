import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  createSender,
  type OutgoingRequest,
  type Sender,
  type SenderOptions,
  type SendResult,
} from '../../src/delivery/http/send';
import { NOT_MEASURED } from '../../src/request-log/request-log.store';
import { parseNetworks } from '../../src/values/networks';

/** Partners and senders of one test file; `closeAll` belongs into its afterEach. */
const open: (() => Promise<unknown>)[] = [];

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((close) => close()));
}

export interface Partner {
  readonly url: string;
  readonly port: number;
  /** Sockets accepted so far. */
  readonly sockets: Set<Socket>;
}

/** A partner that speaks HTTP properly. */
export function httpPartner(listener: RequestListener): Promise<Partner> {
  return listen(createHttpServer(listener), 'http');
}

/** A partner with one of the certificates in fixtures/. */
export function httpsPartner(
  certificate: string,
  listener: RequestListener = (_request, response) => response.end('ok'),
  options: ServerOptions = {},
): Promise<Partner> {
  return listen(createHttpsServer({ key: pem('key'), cert: pem(certificate), ...options }, listener), 'https');
}

/** A partner that answers each request with bytes of its own. */
export function rawPartner(answer: (socket: Socket) => void): Promise<Partner> {
  return listen(
    createTcpServer((socket) => socket.once('data', () => answer(socket))),
    'http',
  );
}

export function pem(name: string): string {
  return readFileSync(join(__dirname, 'fixtures', `${name}.pem`), 'utf8');
}

/** What a sender returns when a partner has answered 200. */
export const ANSWERED: SendResult = {
  responseStatus: 200,
  responseHeaders: [],
  responseBody: Buffer.from('ok'),
  responseBytes: 2,
  retryAfter: null,
  responseTruncated: false,
  errorCode: null,
  error: null,
  remoteAddress: '127.0.0.1',
  durationMs: 1,
  ...NOT_MEASURED,
};

/** A sender that may reach 127.0.0.0/8 over http. */
export function localSender(options: SenderOptions = {}): Sender {
  const sender = createSender({ allowHttp: true, allowedNetworks: parseNetworks('127.0.0.0/8') }, options);
  open.push(sender.stop);
  return sender;
}

export function post(sender: Sender, url: string, request: Partial<OutgoingRequest> = {}): Promise<SendResult> {
  return sender.send({ method: 'POST', url, headers: [], body: Buffer.from('{}'), timeoutMs: 120_000, ...request });
}

async function listen(server: Server, scheme: string): Promise<Partner> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${scheme}://127.0.0.1:${port}`, port, sockets };
}
