// The partner, a process of its own: notes who called when, in memory, and answers 200. Node runs it as it stands, types
// stripped: no loader takes part in the figures. So it imports nothing of ours.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const REPORT_MS = 10;
const MARK = '"benchNumber":';

let received = 0;
let reported = 0;
let webhookIds: string[] = [];
let numbers: number[] = [];
let times: number[] = [];
const hanging = new Set<ServerResponse>();

const server = createServer((request, response) => {
  let body: Buffer | null = null;
  request.on('data', (chunk: Buffer) => {
    body = body ? Buffer.concat([body, chunk]) : chunk;
  });
  request.on('end', () => {
    // as a partner that is alive but never answers
    if (request.url === '/hang') {
      hanging.add(response);
      response.on('close', () => hanging.delete(response));
      return;
    }
    if (request.url !== '/raw') note(String(request.headers['webhook-id']), body);
    response.writeHead(200, ANSWER).end('{"ok":true}');
  });
});
const ANSWER = { 'content-type': 'application/json', 'content-length': 11 };

function note(webhookId: string, body: Buffer | null): void {
  const at = body?.indexOf(MARK) ?? -1;
  received += 1;
  webhookIds.push(webhookId);
  numbers.push(
    body && at >= 0 ? Number.parseInt(body.toString('latin1', at + MARK.length, at + MARK.length + 12), 10) : -1,
  );
  times.push(Number(process.hrtime.bigint()) / 1e6);
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
const listening = once(server, 'listening');
setInterval(() => {
  if (received === reported) return;
  reported = received;
  process.send?.({ note: received });
}, REPORT_MS);

process.on('message', async (order: 'port' | 'calls') => {
  if (order === 'port') {
    await listening;
    process.send?.({ port: (server.address() as AddressInfo).port });
    return;
  }
  process.send?.({ webhookIds, numbers, times });
  webhookIds = [];
  numbers = [];
  times = [];
});
process.on('disconnect', () => process.exit(0));
