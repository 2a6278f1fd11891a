// What partners send is proven byte for byte, in its order, be it text or not.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { startTestApp, type TestApp } from '../support/app';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { EXPORT, sealedRequests, verify } from './sealing';

const BODY = Buffer.from([0, 0xff, 0xed, 0xa0, 0x80, 0x41, 0]);
const HEADERS = [
  ['X-Twice', 'second'],
  ['Content-Type', 'application/octet-stream'],
  ['X-Twice', 'first'],
  ['x-latin', '\u00e9'],
  ['Content-Length', String(BODY.length)],
];

let app: TestApp;
const partner = createServer((socket) => {
  socket.once('data', () => {
    const head = HEADERS.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n`, 'latin1'), BODY]));
  });
});

beforeAll(async () => {
  app = await startTestApp();
  await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await app.stop();
  partner.close();
});

test('a response of bytes that are no text, with repeated headers, is proven as it came', async () => {
  const { port } = partner.address() as AddressInfo;
  await createTestWebhook(app, `http://127.0.0.1:${port}/`, { documentType: 'Sales Invoice' });
  await publish(app, [invoice('EXACT-1')]);
  const ids = await sealedRequests(app, 1);
  const { data } = await app.ask(EXPORT, {
    input: { rows: { ids }, disclose: ['RESPONSE', 'RESPONSE_HEADERS'], reason: 'Tried by a test' },
  });
  const { text } = data.exportEvidence.bundle;
  const { vkeys, proofs } = JSON.parse(text);
  expect(await verify(text, ['--key', vkeys[0]])).toMatchObject({ code: 0 });
  const extra = /extra (\S+)/.exec(proofs[0])?.[1] as string;
  const { parts } = JSON.parse(Buffer.from(extra, 'base64').toString());
  expect(Buffer.from(parts.response.content, 'base64')).toEqual(BODY);
  const sent = HEADERS.map(([name, value]) => [name?.toLowerCase(), value]);
  const kept = JSON.parse(Buffer.from(parts.responseHeaders.content, 'base64').toString());
  expect(kept.map(([name, value]: [string, string]) => [name.toLowerCase(), value])).toEqual(sent);
});
