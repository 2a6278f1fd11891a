import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { connect, type Socket } from 'node:net';
import WebSocket from 'ws';
import { FRAMES, type GuardedSocket, guardFrames } from '../../../src/server/subscriptions/web-socket';
import { startTestApp, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';

describe('of one connection', () => {
  class FakeSocket extends EventEmitter {
    readonly OPEN = 1;
    readyState = 1;
    readonly pongs: { data: string; leave: () => void }[] = [];
    readonly calls: string[] = [];
    pong = (data: Buffer, _mask: boolean, leave: () => void) => void this.pongs.push({ data: String(data), leave });
    pause = () => void this.calls.push('pause');
    resume = () => void this.calls.push('resume');
    close = (code: number) => void this.calls.push(`close ${code}`);
  }
  class FakeTransport extends EventEmitter {
    writableNeedDrain = false;
  }
  function guarded() {
    const [socket, transport] = [new FakeSocket(), new FakeTransport()];
    guardFrames(socket as unknown as GuardedSocket, transport as never);
    const ping = (...all: string[]) => all.forEach((data) => void socket.emit('ping', Buffer.from(data)));
    return { socket, transport, ping };
  }

  test('one answer to a ping waits, with what the last ping said', () => {
    const { socket, ping } = guarded();
    ping('1', '2', '3');
    expect(socket.pongs.map(({ data }) => data)).toEqual(['1']);
    socket.pongs[0]?.leave();
    expect(socket.pongs.map(({ data }) => data)).toEqual(['1', '3']);
    socket.pongs[1]?.leave();
    ping('4');
    expect(socket.pongs.map(({ data }) => data)).toEqual(['1', '3', '4']);
  });

  test.each(['ping', 'pong', 'message'])('after a %s nothing is read while answers wait', (kind) => {
    const { socket, transport } = guarded();
    socket.emit(kind, Buffer.from('x'));
    expect(socket.calls).toEqual([]);
    transport.writableNeedDrain = true;
    for (let n = 0; n < 3; n += 1) socket.emit(kind, Buffer.from('x'));
    expect(socket.calls).toEqual(['pause']);
    transport.writableNeedDrain = false;
    transport.emit('drain');
    expect(socket.calls).toEqual(['pause', 'resume']);
  });

  test('frames of all kinds count together', () => {
    const { socket } = guarded();
    const kinds = ['ping', 'pong', 'message'];
    for (let n = 0; n < 2 * FRAMES.atOnce; n += 1) socket.emit(kinds[n % 3] as string, Buffer.from('x'));
    expect(socket.calls).toEqual(['close 4429', 'pause']);
  });
});

describe('over the network', () => {
  let app: TestApp;
  const sockets: { destroy(): void }[] = [];
  beforeAll(async () => {
    app = await startTestApp({
      PROCESSES: 'api',
      TRUSTED_PROXIES: '127.0.0.1/32',
      RATE_LIMIT_REQUESTS_PER_SECOND: '0',
    });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(() => app.stop());

  const PROTOCOL = 'graphql-transport-ws';

  function client(from: string) {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, PROTOCOL, {
      headers: { 'x-forwarded-for': from },
    });
    const heard = { closed: 0, refused: 0, pongs: [] as string[], messages: [] as string[], socket };
    socket.on('close', (code) => {
      heard.closed = code;
    });
    socket.on('unexpected-response', (_request, response) => {
      heard.refused = response.statusCode ?? 0;
      socket.terminate();
    });
    socket.on('pong', (data) => heard.pongs.push(String(data)));
    socket.on('message', (data) => heard.messages.push(String(data)));
    socket.on('error', () => undefined);
    sockets.push({ destroy: () => socket.terminate() });
    return heard;
  }
  const opened = async (from: string) => {
    const heard = client(from);
    await waitFor('an answer', () => heard.socket.readyState !== WebSocket.CONNECTING);
    return heard;
  };

  test('a ping is answered with what it said, and very many end the connection', async () => {
    const heard = await opened('203.0.113.1');
    heard.socket.ping('hello');
    await waitFor('the answer', () => heard.pongs.length > 0);
    expect(heard.pongs).toEqual(['hello']);
    for (let n = 0; n < 4 * FRAMES.atOnce; n += 1) heard.socket.ping('again');
    await waitFor('the end', () => heard.closed);
    // a connection that is cut while the other side still sends may lose its last frame
    expect([4429, 1006]).toContain(heard.closed);
  });

  /** A client that subscribes and reads nothing. */
  async function openUnreadSocket(): Promise<{ socket: Socket; isClosed: () => boolean }> {
    const { hostname, port, host } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    let isClosed = false;
    let heard = '';
    socket.on('data', (data) => {
      heard += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      isClosed = true;
    });
    const lines = [
      'GET /graphql HTTP/1.1',
      `host: ${host}`,
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
      `sec-websocket-protocol: ${PROTOCOL}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await waitFor('the upgrade', () => heard.startsWith('HTTP/1.1 101'));
    return { socket, isClosed: () => isClosed };
  }

  test('who says nothing in time is cut off, without waiting for a confirmation', async () => {
    const { isClosed } = await openUnreadSocket();
    // far below the 30 s for which a confirmation is otherwise waited for
    await waitFor('the end of the connection', isClosed, 25_000);
  });

  test('before their keys are known, one address range has 50 connections, and others go on', async () => {
    const from = (n: number) => opened(`2001:db8:1:2::${n.toString(16)}`);
    // each waits 3 s for a key
    await waitFor('a refusal', async () => {
      const all = await Promise.all(Array.from({ length: 60 }, (_, n) => from(n + 1)));
      return all.some(({ refused }) => refused === 429);
    });
    expect((await opened('2001:db8:1:3::1')).refused).toBe(0);
  });

  test('one whose key is known takes none of their slots', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => app.keyFor('AUDITOR')));
    for (const key of keys.flatMap((each) => Array<string>(20).fill(each))) {
      const { socket, messages, refused } = await opened('203.0.113.60');
      expect(refused).toBe(0);
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
      await waitFor('the acknowledgement', () => messages.length > 0);
      expect(messages).toEqual(['{"type":"connection_ack"}']);
    }
  });
});
