// What came is shown as conditions and templates see it: also what is no text, which nothing makes JSON of.
import { documentJson } from '../../../src/events/data/envelope';
import { useTestApi } from '../../support/app';
import { agree, callUnsigned, lastReceived } from '../callers';

const app = useTestApi();

const FORM = 'application/x-www-form-urlencoded';
const latin1 = (text: string) => Buffer.from(text, 'latin1');

const QUERY = `query ($id: ID!) {
  webhookRequestLog(id: $id) { data response dataBody { text base64 } businessEvent { data } }
}`;

test.each<[string, string, Buffer]>([
  ['what would be JSON if a byte were a letter', 'text/plain', latin1('{"a":"\xfc"}')],
  ['a string that would be JSON', 'application/octet-stream', latin1('"\xff"')],
  ['text in another charset than it says', 'text/plain; charset=utf-8', latin1('\xfc')],
  ['a form of which a byte is no letter', FORM, latin1('a=\xfc&type=x')],
  ['any bytes', 'application/octet-stream', Buffer.from([0, 255, 254, 128, 10])],
  ['half a letter at the end', 'text/plain', Buffer.from('ü').subarray(0, 1)],
])('%s: its base64, everywhere', async (_what, contentType, body) => {
  const agreed = await agree(app, { provider: 'NONE', eventLocation: { from: 'JSON', name: '$.type' } });
  const { headers } = await callUnsigned(agreed, body, { 'content-type': contentType });
  const base64 = body.toString('base64');
  const { data } = await app.ask(QUERY, { id: headers['x-request-id'] });
  expect(data.webhookRequestLog).toMatchObject({
    data: base64,
    dataBody: { text: null, base64 },
    businessEvent: { data: base64 },
  });
  expect(JSON.parse(documentJson(body, contentType).toString())).toBe(base64);
  // and no place in it says anything
  expect((await lastReceived(app, agreed)).event).toBe('received');
});

test.each<[string, string, Buffer, unknown]>([
  ['text in its charset', 'text/plain; charset=iso-8859-1', latin1('\xfc'), 'ü'],
  ['JSON in its charset', 'application/json; charset=utf-16le', Buffer.from('{"a":"ü"}', 'utf16le'), { a: 'ü' }],
  ['text that is JSON', 'text/plain', Buffer.from('{"a":1}'), { a: 1 }],
])('%s: what it is, everywhere', async (_what, contentType, body, view) => {
  const agreed = await agree(app, { provider: 'NONE' });
  const { headers } = await callUnsigned(agreed, body, { 'content-type': contentType });
  const { data } = await app.ask(QUERY, { id: headers['x-request-id'] });
  expect([data.webhookRequestLog.data, data.webhookRequestLog.businessEvent.data]).toEqual([view, view]);
  expect(JSON.parse(documentJson(body, contentType).toString())).toEqual(view);
});

test('of a refused call whose beginning is kept, a letter that was cut does not hide the others', async () => {
  const agreed = await agree(app, { provider: 'TOKEN', verification: { header: 'X-Token' } });
  const body = `x${'é'.repeat(200_000)}`;
  const { headers } = await callUnsigned(agreed, body, { 'content-type': 'text/plain' });
  const { data } = await app.ask('query ($id: ID!) { webhookRequestLog(id: $id) { data } }', {
    id: headers['x-request-id'],
  });
  expect(data.webhookRequestLog.data).toBe(body.slice(0, 128 * 1024));
});
