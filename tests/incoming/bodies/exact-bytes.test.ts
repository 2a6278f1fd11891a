// The bytes that came are the bytes that are kept, that are the event's, and that are passed on.

import { allFinished, deliveriesOf } from '../../delivery/attempt/stored-attempts';
import { startTestApp, type TestApp } from '../../support/app';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, type TestWebhook } from '../../support/webhooks';
import { type Agreed, agree, callUnsigned, eventsOf, lastReceived, sha256 } from '../callers';

let app: TestApp;
let ours: Receiver;
let agreed: Agreed;
let original: TestWebhook;
let standard: TestWebhook;
let templated: TestWebhook;

beforeAll(async () => {
  [app, ours] = await Promise.all([startTestApp(), startReceiver()]);
  original = await createTestWebhook(app, `${ours.url}/original`, { bodyFormat: 'ORIGINAL' });
  standard = await createTestWebhook(app, `${ours.url}/standard`);
  templated = await createTestWebhook(app, `${ours.url}/templated`, {
    condition: 'event.event == "received" && doc != "y"',
    bodyFormat: 'JSON',
    body: '{"data": {{ doc | json }}}',
  });
  agreed = await agree(app, { provider: 'NONE', eventLocation: { from: 'HEADER', name: 'X-Event' } });
});
beforeEach(() => {
  ours.calls.length = 0;
});
afterAll(() => Promise.all([app.stop(), ours.stop()]));

const JSON_UTF8 = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

/** What STANDARD has as data: what a partner of ours that parses JSON finds. */
type Expected = unknown;
const AS_JSON = Symbol('what JSON.parse makes of it');

const BODIES: [string, string, string | Buffer, Expected][] = [
  ['key order and white space', JSON_UTF8, '{ "b" : 1,\n"a":2 }\n', AS_JSON],
  ['keys that repeat', JSON_UTF8, '{"a":1,"a":2,"a":{"a":3}}', AS_JSON],
  ['large and long numbers', JSON_UTF8, '[12345678901234567890,1e999999,1.0,100.00,-0,0.1e-7]', AS_JSON],
  ['NUL as an escape', JSON_UTF8, '{"a\\u0000":"\\u0000"}', AS_JSON],
  ['halves of surrogate pairs', JSON_UTF8, '{"a":"\\ud83d","b":"\\ude00\\ud83d"}', AS_JSON],
  ['__proto__', JSON_UTF8, '{"__proto__":{"a":1},"constructor":2}', AS_JSON],
  ['a byte order mark', JSON_UTF8, '\ufeff{"a":1}', { a: 1 }],
  ['120 levels', JSON_UTF8, `${'['.repeat(120)}1${']'.repeat(120)}`, AS_JSON],
  ['30,000 brackets', JSON_UTF8, `${'['.repeat(30_000)}${']'.repeat(30_000)}`, AS_JSON],
  ['30,000 objects in one another', JSON_UTF8, `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`, AS_JSON],
  ['a scalar', JSON_UTF8, ' "x" ', AS_JSON],
  ['null', JSON_UTF8, 'null', AS_JSON],
  ['a JSON of a vendor', 'application/vnd.partner.v1+json; charset=utf-8', '{"a":"ü"}', AS_JSON],
  ['JSON in capitals', 'Application/JSON;Charset="UTF-8"', '{"a":"ü"}', AS_JSON],
  ['JSON in Latin-1', 'application/json; charset=iso-8859-1', Buffer.from('{"a":"ü"}', 'latin1'), { a: 'ü' }],
  ['JSON in UTF-16', 'application/json; charset=utf-16le', utf16('{"a":"ü🧾"}'), { a: 'ü🧾' }],
  ['a form', FORM, 'a=1&b=%C3%BC&b=x+y&c', { a: '1', b: 'x y', c: '' }],
  ['a form that is JSON as well', FORM, '123', { 123: '' }],
  [
    'a form with a field __proto__',
    FORM,
    '__proto__=1&constructor=2',
    JSON.parse('{"__proto__":"1","constructor":"2"}'),
  ],
  ['a form of letters that are none', FORM, 'a=%fc&b=%ff', { a: '\ufffd', b: '\ufffd' }],
  [
    'a form that is no UTF-8',
    FORM,
    Buffer.from('a=\xfc', 'latin1'),
    Buffer.from('a=\xfc', 'latin1').toString('base64'),
  ],
  ['a form with JSON in it', FORM, 'payload=%7B%22a%22%3A1%7D&b=%7B%7D', { payload: { a: 1 }, b: '{}' }],
  ['XML', 'text/xml', '<?xml version="1.0"?><a b="1">\r\n</a>', '<?xml version="1.0"?><a b="1">\r\n</a>'],
  ['text in Latin-1', 'text/plain; charset=iso-8859-1', Buffer.from('\xfc\x80', 'latin1'), 'ü€'],
  ['text with NUL', 'text/plain', 'a\u0000b', 'a\u0000b'],
  [
    'bytes',
    'application/octet-stream',
    Buffer.from([0, 255, 254, 128, 10]),
    Buffer.from([0, 255, 254, 128, 10]).toString('base64'),
  ],
  ['nothing', 'text/plain', '', ''],
];

test.each(BODIES)('%s', async (_what, contentType, body, expected) => {
  const bytes = Buffer.from(body as string);
  const answer = await callUnsigned(agreed, bytes, { 'content-type': contentType });
  expect(answer.status).toBe(200);

  const row = await lastReceived(app, agreed);
  expect([row.dataType, row.wire, row.dataBytes]).toEqual([contentType, null, bytes.length]);
  expect(row.data.equals(bytes)).toBe(true);
  const event = (await eventsOf(app, agreed)).at(-1);
  expect([event?.dataType, event?.data.equals(bytes)]).toEqual([contentType, true]);

  for (const { id } of [original, standard, templated])
    await waitFor('its deliveries to be over', async () => {
      const deliveries = await deliveriesOf(app, id);
      const own = deliveries.at(-1);
      return deliveries.length > 0 && own?.finishedAt && own;
    });
  const passed = await waitFor('the original', () => ours.calls.find(({ path }) => path.endsWith('/original')));
  expect(passed.headers['content-type']).toBe(contentType);
  expect([passed.body.length, sha256(passed.body)]).toEqual([bytes.length, sha256(bytes)]);

  const made = await waitFor('the standard body', () => ours.calls.find(({ path }) => path.endsWith('/standard')));
  const { data } = JSON.parse(made.body.toString());
  expect(made.headers['content-type']).toBe('application/json');
  const wanted = expected === AS_JSON ? JSON.parse(body.toString()) : expected;
  // as text: comparing 30,000 levels would overflow the stack of the test itself
  if (bytes.length < 10_000) expect(data).toEqual(wanted);
  else expect(made.body.includes(bytes)).toBe(true);
});

test('of all these no delivery is left open, and those that were skipped say why', async () => {
  const deliveries = await allFinished(app, templated.id, BODIES.length);
  const skipped = deliveries.filter(({ status }) => status !== 'DELIVERED');
  for (const { status, skipReason, skipMessage } of skipped) {
    expect([status, skipReason]).toEqual(['SKIPPED', expect.stringMatching(/^(CONDITION|TEMPLATE)/)]);
    expect(skipMessage).toEqual(expect.any(String));
  }
  expect(skipped.length).toBeLessThan(8);
  for (const { id } of [original, standard])
    expect((await deliveriesOf(app, id)).map(({ status }) => status)).toEqual(Array(BODIES.length).fill('DELIVERED'));
});
