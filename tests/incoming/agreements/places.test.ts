// Where a call says what it is: header, JSON, form, query; as text, whatever it is.
import { useTestApi } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { agree, type Headers, JSON_TYPE, lastReceived, receivedBy } from '../callers';

const app = useTestApi();

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

async function received(
  at: object,
  body: string,
  { headers = JSON_TYPE, query = '' }: { headers?: Headers; query?: string } = {},
) {
  const agreed = await agree(app, { provider: 'NONE', ...at });
  const { status } = await sendRaw(`${agreed.address}${query}`, { headers, body });
  expect(status).toBe(200);
  return lastReceived(app, agreed);
}

test.each<[string, string, string, string, object]>([
  ['a header', 'HEADER', 'X-Kind', '{}', { headers: { ...JSON_TYPE, 'x-kind': ' moved ' } }],
  ['a path', 'JSON', '$.a.b[1].c', '{"a":{"b":[0,{"c":"moved"}]}}', {}],
  ['a key with a dot', 'JSON', '$["a.b"]', '{"a.b":"moved"}', {}],
  ['the last of repeated keys', 'JSON', '$.a', '{"a":"x","a":"moved"}', {}],
  ['a field of a form', 'JSON', '$.kind', 'kind=moved&x=1', { headers: FORM }],
  ['the query', 'QUERY', 'kind', '{}', { query: '?x=1&kind=mov%65d' }],
])('the event can stand in %s', async (_what, from, name, body, how) => {
  expect((await received({ eventLocation: { from, name } }, body, how)).event).toBe('moved');
  expect((await received({ referenceLocation: { from, name } }, body, how)).referenceDocument).toBe('moved');
});

test.each([
  ['1', '1'],
  ['12345678901234567890', '12345678901234567890'],
  ['1.0', '1.0'],
  ['1e999999', '1e999999'],
  ['true', 'true'],
  ['"x"', 'x'],
  ['"\\u00fc"', 'ü'],
])('%s is the reference %j', async (json, text) => {
  expect(
    (await received({ referenceLocation: { from: 'JSON', name: '$.id' } }, `{"id":${json}}`)).referenceDocument,
  ).toBe(text);
});

test.each(['null', '{}', '[]', '""', '" "', '"\\u0000\\u001f"'])('%s names nothing', async (json) => {
  const at = { referenceLocation: { from: 'JSON', name: '$.id' }, eventLocation: { from: 'JSON', name: '$.id' } };
  expect(await received(at, `{"id":${json}}`)).toMatchObject({
    event: 'received',
    referenceDocument: expect.stringMatching(/^req_/),
  });
});

test('control characters become spaces, halves of pairs their sign, and long names are cut', async () => {
  const at = { referenceLocation: { from: 'JSON', name: '$.id' }, eventLocation: { from: 'JSON', name: '$.kind' } };
  const row = await received(at, `{"id":"a\\u0000b\\r\\nc","kind":"\\ud83d"}`);
  expect([row.referenceDocument, row.event]).toEqual(['a b c', '\ufffd']);
  expect((await received(at, `{"id":"${'é'.repeat(100_000)}"}`)).referenceDocument).toBe('é'.repeat(200));
});

test('an id may be a large number, a long text, or stand in the query', async () => {
  for (const [from, name, first, second, query] of [
    ['JSON', '$.id', '{"id":12345678901234567890}', '{"id":12345678901234567891}', ''],
    ['JSON', '$.id', `{"id":"${'x'.repeat(10_000)}1"}`, `{"id":"${'x'.repeat(10_000)}2"}`, ''],
  ] as const) {
    const agreed = await agree(app, { provider: 'NONE', idLocation: { from, name } });
    for (const body of [first, second, first]) await sendRaw(`${agreed.address}${query}`, { headers: JSON_TYPE, body });
    expect((await receivedBy(app, agreed)).map((row) => row.duplicate)).toEqual([false, false, true]);
  }
  const agreed = await agree(app, { provider: 'NONE', idLocation: { from: 'QUERY', name: 'id' } });
  for (const id of ['1', '2', '1', '']) await sendRaw(`${agreed.address}?id=${id}`, { headers: JSON_TYPE, body: '{}' });
  expect((await receivedBy(app, agreed)).map((row) => row.duplicate)).toEqual([false, false, true, false]);
});
