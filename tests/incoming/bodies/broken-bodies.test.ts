// Bodies that do not come as they should: cut short, too slow, too long, of another length than they say.
import { useTestApi } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';
import { type Agreed, agree, callUnsigned, lastReceived, receivedBy, standardHeaders } from '../callers';
import { type BareRoute, startBareRoute } from './bare-route';
import { openCall, rawCall } from './raw-call';

const MIB = 1024 * 1024;
const PATIENT = { mostMs: 60_000, slowAfterMs: 60_000, bytesPerSecond: 1 };
const allFor = (all: number) => ({ all, ofWebhook: all, ofSource: all });

const app = useTestApi();
let hasty: BareRoute;
let agreed: Agreed;

beforeAll(async () => {
  hasty = await startBareRoute(app, {
    time: { mostMs: 300, slowAfterMs: 300, bytesPerSecond: 1 },
    calls: allFor(3),
    bytes: allFor(3 * MIB),
  });
});
beforeEach(async () => {
  agreed = await agree(app, { provider: 'NONE' });
});
afterAll(() => hasty?.stop());

const onlyRow = () => waitFor('a row', async () => (await receivedBy(app, agreed))[0]);
const statusIn = (heard: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1]);

test('a body that is cut short is kept as far as it came, and no answer is recorded', async () => {
  const call = openCall(agreed.address, ['content-type: application/json', 'content-length: 100']);
  call.write('{"half":');
  await call.destroy();
  expect(await onlyRow()).toMatchObject({
    status: 'REFUSED',
    errorCode: 'RESET',
    error: 'The connection ended before the whole body was received. dataBody has what was received.',
    data: Buffer.from('{"half":'),
    responseStatus: null,
    responseHeaders: null,
    responseBody: null,
  });
});

test('a partner that sends a whole call and is gone at once has sent it whole', async () => {
  const body = '{"event":"sent and gone"}';
  for (let n = 0; n < 10; n += 1) {
    const call = openCall(agreed.address, ['content-type: application/json', `content-length: ${body.length}`]);
    call.write(body);
    await call.destroy();
  }
  const rows = await waitFor('ten rows', async () => {
    const found = await receivedBy(app, agreed);
    return found.length === 10 && found;
  });
  for (const row of rows) expect([row.status, row.data.toString()]).toEqual(['SUCCEEDED', body]);
});

test('a chunked body that ends in the middle of a chunk is not a whole one', async () => {
  const call = openCall(agreed.address, ['content-type: application/json', 'transfer-encoding: chunked']);
  call.write('2\r\n{}\r\n5\r\n12');
  await call.destroy();
  expect(await onlyRow()).toMatchObject({ status: 'REFUSED', errorCode: 'RESET' });
});

test('a chunked body is read whole', async () => {
  const call = openCall(agreed.address, [
    'content-type: application/json',
    'transfer-encoding: chunked',
    'connection: close',
  ]);
  call.write('2\r\n{"\r\n7;ext=1\r\na": 1.0\r\n1\r\n}\r\n0\r\nX-Trailer: 1\r\n\r\n');
  expect(statusIn(await call.over)).toBe(200);
  expect((await onlyRow()).data.toString()).toBe('{"a": 1.0}');
});

test('a body that never ends is refused, and the connection closed', async () => {
  const call = openCall(agreed.address, ['transfer-encoding: chunked']);
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  for (let n = 0; n < 17; n += 1) call.write(chunk);
  const heard = await call.over;
  expect(statusIn(heard)).toBe(413);
  expect(heard.toLowerCase()).toContain('connection: close');
  const row = await onlyRow();
  expect(row).toMatchObject({
    errorCode: 'TOO_LARGE',
    responseStatus: 413,
    error: expect.stringMatching(/^The body is larger than the maximum of 1048576 bytes/),
  });
  expect(row.data).toHaveLength(256 * 1024);
  expect(row.dataBytes).toBeGreaterThan(MIB);
});

test('a body of 1 MiB is taken, one of a byte more is not', async () => {
  expect((await callUnsigned(agreed, Buffer.alloc(MIB, 1), { 'content-type': 'image/png' })).status).toBe(200);
  const whole = await lastReceived(app, agreed);
  expect([whole.data.length, whole.dataBytes]).toEqual([MIB, MIB]);
  expect((await callUnsigned(agreed, Buffer.alloc(MIB + 1, 1), { 'content-type': 'image/png' })).status).toBe(413);
  expect(await lastReceived(app, agreed)).toMatchObject({ errorCode: 'TOO_LARGE', dataBytes: MIB + 1 });
});

test('a partner that sends far too much still hears why', async () => {
  for (let n = 0; n < 5; n += 1) {
    const { status } = await callUnsigned(agreed, Buffer.alloc(8 * MIB, 1), { 'content-type': 'image/png' });
    expect(status).toBe(413);
  }
});

test('one byte now and then is given up, however long it would go on', async () => {
  const call = openCall(hasty.addressOf(agreed), ['content-length: 100000', 'content-type: application/json']);
  const dripping = setInterval(() => call.write('x'), 20);
  const heard = await call.over;
  clearInterval(dripping);
  expect(statusIn(heard)).toBe(408);
  expect(heard.toLowerCase()).toContain('connection: close');
  const row = await onlyRow();
  expect(row).toMatchObject({
    errorCode: 'TIMEOUT',
    responseStatus: 408,
    error: 'The body was not received completely in time. dataBody has what was received.',
  });
  expect(row.data.length).toBeGreaterThan(0);
});

test('a length that is longer than the body is waited for, then given up', async () => {
  const call = openCall(hasty.addressOf(agreed), ['content-length: 10']);
  call.write('{}');
  expect(statusIn(await call.over)).toBe(408);
});

test('a length that is shorter than the body cuts it, and the rest is no call of ours', async () => {
  const call = openCall(agreed.address, ['content-length: 2', 'content-type: application/json']);
  call.write('{"a":1}');
  const heard = await call.over;
  expect(statusIn(heard)).toBe(400);
  expect(await onlyRow()).toMatchObject({ status: 'REFUSED', errorCode: 'MALFORMED', data: Buffer.from('{"') });
});

test.each([
  [['content-length: 2', 'content-length: 3']],
  [['content-length: 2', 'transfer-encoding: chunked']],
  [['content-length: -1']],
  [['content-length: 2x']],
])('a head with %j is not a call', async (lines) => {
  const call = openCall(agreed.address, lines);
  call.write('{}');
  expect(statusIn(await call.over)).toBe(400);
  expect(await receivedBy(app, agreed)).toEqual([]);
});

test('Expect: 100-continue is answered with 100', async () => {
  const call = openCall(agreed.address, [
    'content-length: 2',
    'content-type: application/json',
    'expect: 100-continue',
    'connection: close',
  ]);
  await waitFor('100', () => call.heard().startsWith('HTTP/1.1 100 Continue'));
  call.write('{}');
  expect(await call.over).toContain('HTTP/1.1 200 OK');
});

test('no body at all is an empty body', async () => {
  const call = openCall(agreed.address, ['connection: close']);
  expect(statusIn(await call.over)).toBe(200);
  expect((await onlyRow()).data).toHaveLength(0);
});

test('with too many calls under way the next is asked to come again, and one that has left holds nothing', async () => {
  const full = await startBareRoute(app, { time: PATIENT, calls: allFor(3) });
  const address = full.addressOf(agreed);
  const open = [1, 2, 3].map(() => openCall(address, ['content-length: 10']));
  const busy = await waitFor('503', async () => {
    const answer = await sendRaw(address, { body: '{}' });
    return answer.status === 503 && answer;
  });
  expect([busy.headers['retry-after'], busy.json.errors[0].extensions.code]).toEqual(['5', 'UNAVAILABLE']);
  for (const call of open) await call.destroy();
  await waitFor('room again', async () => (await sendRaw(address, { body: '{}' })).status === 200);
  await full.stop();
});

test('bodies that were given up, or are beyond the bytes that are held, hold nothing', async () => {
  const address = hasty.addressOf(agreed);

  const many = Array.from({ length: 3 }, () => openCall(address, [`content-length: ${MIB + 10}`]));
  for (const call of many) call.write(Buffer.alloc(MIB, 1));
  const one = openCall(address, ['content-length: 3']);
  one.write('x');
  await Promise.all([...many, one].map(({ over }) => over));
  await waitFor('room for as many calls and bytes as there may be', async () => {
    const whole = await Promise.all([1, 2, 3].map(() => sendRaw(address, { body: Buffer.alloc(MIB) })));
    return whole.every(({ status }) => status === 200);
  });
});

test('bodies that are still coming count among the bytes that are held', async () => {
  const roomy = await startBareRoute(app, {
    time: PATIENT,
    bytes: allFor(MIB),
  });
  const address = roomy.addressOf(agreed);
  // only one of them finds room, whichever is sooner
  const calls = [1, 2].map(() => openCall(address, [`content-length: ${MIB}`]));
  for (const call of calls) call.write(Buffer.alloc(0.6 * MIB, 1));
  expect(statusIn(await Promise.race(calls.map(({ over }) => over)))).toBe(503);
  for (const call of calls) await call.destroy();
  await waitFor('room again', async () => (await sendRaw(address, { body: Buffer.alloc(100) })).status === 200);
  await roomy.stop();
});

test('an address that ends while a body is on its way leads nowhere when it has come', async () => {
  const signed = await agree(app);
  const body = '{"type":"late"}';
  const headers = Object.entries(standardHeaders(signed.secret as string, body)).map((pair) => pair.join(': '));
  const call = openCall(signed.address, [
    `content-length: ${body.length}`,
    'content-type: application/json',
    'connection: close',
    ...headers,
  ]);
  call.write(body.slice(0, 5));
  // for as long as what was found is taken to be so still
  const begun = performance.now();
  await waitFor('half a second to be over', () => performance.now() - begun > 600);
  await app.ask('mutation ($id: ID!) { rotateWebhookToken(input: { id: $id, overlapSeconds: 0 }) { token } }', {
    id: signed.id,
  });
  call.write(body.slice(5));
  expect(statusIn(await call.over)).toBe(404);
  expect(await receivedBy(app, signed)).toEqual([]);
});

test('pipelined calls are each answered, in order', async () => {
  const { pathname } = new URL(agreed.address);
  const call = openCall(agreed.address, ['content-length: 2', 'content-type: application/json']);
  call.write(
    `{}POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1\r\nconnection: close\r\n\r\n{`,
  );
  expect((await call.over).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  expect((await rawCall(agreed.address, [])).status).toBe(200);
});
