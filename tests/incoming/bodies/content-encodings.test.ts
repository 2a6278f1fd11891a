// A body with a content encoding is kept as it came, and read as what it stands for.
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { startTestApp, type TestApp } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';
import { type Agreed, agree, callUnsigned, eventsOf, JSON_TYPE, lastReceived, newCallId, receivedBy } from '../callers';

let app: TestApp;
let ours: Receiver;
let agreed: Agreed;

beforeAll(async () => {
  [app, ours] = await Promise.all([startTestApp(), startReceiver()]);
  await createTestWebhook(app, ours.url, { bodyFormat: 'ORIGINAL', passHeaders: ['*'] });
});
beforeEach(async () => {
  agreed = await agree(app, { provider: 'NONE' });
  ours.calls.length = 0;
});
afterAll(() => Promise.all([app.stop(), ours.stop()]));

const BODY = '{"type":"paid","n":12345678901234567890}';
/** More than a body may have once it is decoded. */
const ZEROS = Buffer.alloc(64 * 1024 * 1024);
const ENCODERS: [string, (body: string) => Buffer][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
  ['gzip, br', (body) => brotliCompressSync(gzipSync(body))],
  ['identity', (body) => Buffer.from(body)],
];

test.each(ENCODERS)('%s', async (encoding, encode) => {
  const wire = encode(BODY);
  expect((await callUnsigned(agreed, wire, { ...JSON_TYPE, 'content-encoding': encoding })).status).toBe(200);
  const row = await lastReceived(app, agreed);
  expect([row.event, row.data.toString()]).toEqual(['paid', BODY]);
  expect(encoding === 'identity' ? row.wire : row.wire?.equals(wire)).toBe(encoding === 'identity' ? null : true);
  expect((await eventsOf(app, agreed))[0]?.data.toString()).toBe(BODY);
  const passed = await waitFor('what is passed on', () => ours.calls[0]);
  expect([passed.body.toString(), passed.headers['content-encoding']]).toEqual([BODY, undefined]);
});

test('over GraphQL dataBody has the bytes of the wire, and data what they stand for', async () => {
  const wire = gzipSync(BODY);
  const answer = await callUnsigned(agreed, wire, { ...JSON_TYPE, 'content-encoding': 'gzip' });
  const { data } = await app.ask(
    'query ($id: ID!) { webhookRequestLog(id: $id) { data dataBody { base64 bytes text truncated } businessEvent { dataBody { text } } } }',
    { id: answer.headers['x-request-id'] },
  );
  expect(data.webhookRequestLog).toEqual({
    data: JSON.parse(BODY),
    dataBody: { base64: wire.toString('base64'), bytes: wire.length, text: null, truncated: false },
    businessEvent: { dataBody: { text: BODY } },
  });
});

test.each([
  ['the bytes of the wire', true],
  ['what they stand for', false],
])('a signature may be over %s', async (_what, overWire) => {
  const signed = await agree(app, { provider: 'GITHUB', secret: 'shared by the two' });
  const wire = gzipSync(BODY);
  const { createHmac } = await import('node:crypto');
  const sum = createHmac('sha256', 'shared by the two')
    .update(overWire ? wire : BODY)
    .digest('hex');
  const headers = { ...JSON_TYPE, 'content-encoding': 'gzip', 'x-hub-signature-256': `sha256=${sum}` };
  expect((await sendRaw(signed.address, { headers, body: wire })).status).toBe(200);
  const other = {
    ...headers,
    'x-hub-signature-256': `sha256=${createHmac('sha256', 'shared by the two').update(`${BODY} `).digest('hex')}`,
  };
  expect((await sendRaw(signed.address, { headers: other, body: wire })).status).toBe(401);
});

test('Standard Webhooks over a body that a proxy has compressed are accepted', async () => {
  const signed = await agree(app);
  const [id, at] = [newCallId(), new Date()];
  const headers = {
    ...JSON_TYPE,
    'content-encoding': 'br',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new StandardWebhook(signed.secret as string).sign(id, at, BODY),
  };
  expect((await sendRaw(signed.address, { headers, body: brotliCompressSync(BODY) })).status).toBe(200);
});

test.each<[string, string, Buffer, number, string, RegExp]>([
  ['an unknown encoding', 'compress', Buffer.from(BODY), 400, 'MALFORMED', /"compress" is not known/],
  ['what is not gzip', 'gzip', Buffer.from(BODY), 400, 'MALFORMED', /not gzip/],
  ['gzip that is cut', 'gzip', gzipSync(BODY).subarray(0, 20), 400, 'MALFORMED', /not gzip/],
  ['gzip with more behind it', 'gzip', Buffer.concat([gzipSync(BODY), Buffer.from('x')]), 400, 'MALFORMED', /not gzip/],
  ['three encodings', 'gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(BODY))), 400, 'MALFORMED', /3 content encodings/],
  ['a bomb', 'gzip', gzipSync(ZEROS), 413, 'TOO_LARGE', /once it is decoded/],
  ['a bomb in a bomb', 'gzip, gzip', gzipSync(gzipSync(ZEROS)), 413, 'TOO_LARGE', /once it is decoded/],
  [
    'a bomb of brotli',
    'br',
    brotliCompressSync(ZEROS, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
    413,
    'TOO_LARGE',
    /once it is decoded/,
  ],
])('%s is refused, and kept as it came', async (_what, encoding, wire, status, code, error) => {
  const answer = await callUnsigned(agreed, wire, { ...JSON_TYPE, 'content-encoding': encoding });
  expect([answer.status, answer.json.errors[0].extensions.code]).toEqual([status, code]);
  const row = await lastReceived(app, agreed);
  expect(row).toMatchObject({ errorCode: code, error: expect.stringMatching(error), responseStatus: status });
  expect(row.data.equals(wire.subarray(0, 256 * 1024))).toBe(true);
  expect(await receivedBy(app, agreed)).toHaveLength(1);
});
