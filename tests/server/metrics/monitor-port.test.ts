import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { type TestApp, useTestApp } from '../../support/app';
import { unusedPort } from '../../support/program';
import { waitFor } from '../../support/wait-for';

let api: App;
let port: number;
/** Makes the database, and gives others its environment. */
const app: TestApp = useTestApp({ PROCESSES: 'api' });

const start = (change: Record<string, string>) => startApp(readConfig({ ...app.env, ...change }), createLog('silent'));
const monitorAt = (number: number) => `http://127.0.0.1:${number}`;
const status = async (url: string) => (await fetch(url)).status;

beforeAll(async () => {
  port = await unusedPort();
  api = await start({ MONITOR_PORT: String(port) });
});
afterAll(() => api.stop());

test('metrics are there, and not where partners call; readiness is on both', async () => {
  const monitor = monitorAt(port);
  const seen = async (path: string) => [await status(`${api.url}${path}`), await status(`${monitor}${path}`)];
  expect(await seen('/metrics')).toEqual([404, 200]);
  expect(await seen('/healthz')).toEqual([404, 200]);
  expect(await seen('/readyz')).toEqual([200, 200]);
  expect(await seen('/')).toEqual([200, 404]);
  expect((await fetch(`${monitor}/graphql`, { method: 'POST' })).status).toBe(404);
  expect(await (await fetch(`${monitor}/metrics`)).text()).toMatch(/^hookledger_ready\{check="database"\} 1$/m);
  // as it is without the setting
  expect(await status(`${app.url}/metrics`)).toBe(200);
});

test('a second process needs a port of its own', async () => {
  await expect(start({ MONITOR_PORT: String(port) })).rejects.toThrow(
    `MONITOR_PORT: another program already listens on ${port}. Stop it, or name another port.`,
  );
  // a worker opens no port for partners
  const own = await unusedPort();
  const worker = await start({ PROCESSES: 'worker', PORT: '', MONITOR_PORT: String(own) });
  expect(worker.url).toBeNull();
  expect(await status(`${monitorAt(own)}/metrics`)).toBe(200);
  expect(await status(`${monitorAt(port)}/metrics`)).toBe(200);
  await worker.stop();
});

test.each([
  ['65536', {}, 'MONITOR_PORT: "65536" is not a port, 1 to 65535.'],
  ['0', {}, 'MONITOR_PORT: "0" is not a port, 1 to 65535.'],
  ['metrics', {}, 'MONITOR_PORT: "metrics" is not a port, 1 to 65535.'],
  ['4000', {}, 'MONITOR_PORT: is 4000, as PORT is. Name another port, or remove it.'],
  ['9464', { PORT: '9464', PROCESSES: 'worker' }, 'MONITOR_PORT: is 9464, as PORT is.'],
])('MONITOR_PORT=%s %j is refused', (MONITOR_PORT, more, message) => {
  expect(() => readConfig({ MONITOR_PORT, ...more })).toThrow(message);
});

describe('many connections that send slowly, or read nothing', () => {
  const CALLERS = 400;
  const LESS_THAN_REQUESTS_MAY_TAKE = 20_000;
  let callers: Socket[];
  let closed = 0;
  let attacked: App;
  let monitor: string;

  beforeAll(async () => {
    const own = await unusedPort();
    monitor = monitorAt(own);
    attacked = await start({ MONITOR_PORT: String(own) });
    callers = Array.from({ length: CALLERS }, (_, n) => {
      const socket = connect(own, '127.0.0.1', () => {
        if (n % 2 === 0) socket.resume().write('GET /metrics HTTP/1.1\r\nhost: x\r\nx-slow: ');
        else socket.pause().write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(100));
      });
      return socket
        .on('error', () => undefined)
        .on('close', () => {
          closed += 1;
        });
    });
    await Promise.all(callers.map((socket) => socket.connecting && once(socket, 'connect')));
  });
  afterAll(() => {
    for (const socket of callers) socket.destroy();
  });

  test('keep nobody else out, and are closed but for the newest', async () => {
    expect(await status(`${monitor}/healthz`)).toBe(200);
    expect(await status(`${attacked.url}/readyz`)).toBe(200);
    // those that are paused do not see it: the others are half of them
    await waitFor('the oldest to be closed', () => closed >= CALLERS / 2 - 100, LESS_THAN_REQUESTS_MAY_TAKE);
    // they call from the address of this test, so the limit of an address holds for both, until their requests are answered
    await waitFor('the metrics', async () => (await status(`${monitor}/metrics`)) === 200);
  });

  test('do not delay a stop', async () => {
    expect(await attacked.stop()).toEqual([]);
  });
});
