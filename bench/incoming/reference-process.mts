// The least that can be done with a call: its body is read, its signature verified, and it is answered. What no receiver
// in Node can surpass. Node runs it as it stands, types stripped. So it imports nothing of ours.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

let secret: Buffer;
const BODY = '{"received":true}';
const ANSWER = { 'content-type': 'application/json', 'content-length': BODY.length, 'x-request-id': 'none' };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const confirmed = isConfirmed(request.headers, Buffer.concat(chunks));
    response.writeHead(confirmed ? 200 : 401, ANSWER).end(BODY);
  });
});

function isConfirmed(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const hmac = createHmac('sha256', secret).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`);
  const expected = hmac.update(body).digest();
  const given = Buffer.from(String(headers['webhook-signature']).slice('v1,'.length), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

server.keepAliveTimeout = 60_000;
process.on('message', ({ key }: { key: string }) => {
  secret = Buffer.from(key, 'base64');
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
});
process.on('disconnect', () => process.exit(0));
