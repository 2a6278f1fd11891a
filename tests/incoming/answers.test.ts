// How a call is answered that is accepted, and that what was answered is what the log says.
import { createHmac } from 'node:crypto';
import { useTestApi } from '../support/app';
import { sendRaw } from '../support/raw-http';
import { agree, callUnsigned, eventsOf, JSON_TYPE, lastReceived, receivedBy } from './callers';

const app = useTestApi();

test.each([
  [{}, 200, '{"received":true}', 'application/json; charset=utf-8'],
  [{ statusCode: 202 }, 202, '{"received":true}', 'application/json; charset=utf-8'],
  [{ body: 'ok' }, 200, 'ok', 'application/json; charset=utf-8'],
  [{ body: '' }, 200, '', 'application/json; charset=utf-8'],
  [{ statusCode: 201, body: '<Response/>', contentType: 'text/xml' }, 201, '<Response/>', 'text/xml'],
  [{ body: 'ü🧾', contentType: 'text/plain; charset=utf-8' }, 200, 'ü🧾', 'text/plain; charset=utf-8'],
  [{ body: '{"ok":1}', contentType: 'application/vnd.x+json' }, 200, '{"ok":1}', 'application/vnd.x+json'],
  [{ statusCode: 204 }, 204, '', undefined],
  [{ statusCode: 204, contentType: 'text/xml' }, 204, '', undefined],
  [{ statusCode: 205 }, 205, '', undefined],
  [{ statusCode: 299 }, 299, '{"received":true}', 'application/json; charset=utf-8'],
])('%j', async (answer, status, text, contentType) => {
  const agreed = await agree(app, { provider: 'NONE', answer });
  const got = await callUnsigned(agreed, '{}');
  expect([got.status, got.text, got.headers['content-type']]).toEqual([status, text, contentType]);
  const row = await lastReceived(app, agreed);
  expect([row.responseStatus, row.responseBody]).toEqual([status, text]);
  expect(row.responseHeaders?.find(([name]) => name === 'content-type')?.[1]).toBe(contentType);
});

test.each(['POST', 'GET'])('no answer to %s is more to a browser than data', async (method) => {
  const agreed = await agree(app, { provider: 'NONE', answer: { body: '<x/>', contentType: 'text/xml' } });
  const gone = agreed.address.replace(/.$/, 'x');
  for (const address of [agreed.address, gone]) {
    const { headers } = await sendRaw(address, { method, headers: JSON_TYPE, body: method === 'POST' ? '{}' : '' });
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
  }
});

test('the URL verification of Slack is answered with its challenge, recorded, and becomes no event', async () => {
  const agreed = await agree(app, { provider: 'SLACK', secret: 'slack-signing-secret', answer: { statusCode: 202 } });
  const send = (body: string, secret = 'slack-signing-secret') => {
    const at = String(Math.floor(Date.now() / 1000));
    const sum = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
    return sendRaw(agreed.address, {
      headers: { ...JSON_TYPE, 'x-slack-request-timestamp': at, 'x-slack-signature': `v0=${sum}` },
      body,
    });
  };
  const body = '{"token":"x","challenge":"3eZbrw1a","type":"url_verification"}';
  const answer = await send(body);
  expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
    200,
    '3eZbrw1a',
    'text/plain; charset=utf-8',
  ]);
  expect(await lastReceived(app, agreed)).toMatchObject({
    status: 'SUCCEEDED',
    event: 'url_verification',
    businessEventId: null,
    responseBody: '3eZbrw1a',
  });
  expect(await eventsOf(app, agreed)).toEqual([]);
  expect((await send(body, 'wrong')).text).not.toContain('3eZbrw1a');
  expect(
    (await send('{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"C1"}}')).status,
  ).toBe(202);
  expect(await eventsOf(app, agreed)).toMatchObject([{ event: 'message', referenceDocument: 'C1' }]);
});

test('Slack’s challenge with a line break or NUL in it cannot be more than a body', async () => {
  const agreed = await agree(app, { provider: 'SLACK', secret: 'slack-signing-secret' });
  const body = '{"challenge":"a\\r\\nX-Evil: 1\\u0000","type":"url_verification"}';
  const at = String(Math.floor(Date.now() / 1000));
  const sum = createHmac('sha256', 'slack-signing-secret').update(`v0:${at}:${body}`).digest('hex');
  const headers = { ...JSON_TYPE, 'x-slack-request-timestamp': at, 'x-slack-signature': `v0=${sum}` };
  const answer = await sendRaw(agreed.address, { headers, body });
  expect([answer.status, answer.text, answer.headers['x-evil']]).toEqual([200, 'a\r\nX-Evil: 1\u0000', undefined]);
  const rows = await app.database.query('select response_body from webhook_request_logs where id = $1', [
    (await app.database.query<{ id: string }>('select id from webhook_request_logs order by id desc limit 1'))[0]?.id,
  ]);
  expect(rows).toHaveLength(1);
});

test('a content type that is no such thing is no fault of ours', async () => {
  const agreed = await agree(app, { provider: 'NONE' });
  const types = [
    '',
    ';',
    'x',
    '/',
    'application',
    'text/plain;',
    'a/b; charset="',
    'multipart/form-data',
    '\u00fc/\u00fc',
    'a'.repeat(5_000),
  ];
  for (const type of types)
    expect([type, (await callUnsigned(agreed, 'x', { 'content-type': type })).status]).toEqual([type, 200]);
  expect((await receivedBy(app, agreed)).map((row) => row.dataType)).toEqual(types);
});
