// Bytes that no route sees, because Node cannot read them as a request, or we refuse how it is framed.
import { connect } from 'node:net';
import { useTestApi } from '../../support/app';

const app = useTestApi();

/** @returns all that comes until the server closes the connection */
function sendBytes(text: string): Promise<string> {
  const { port } = new URL(app.url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (more: string) => {
      answer += more;
    });
    // a reset, as the server leaves the rest unread
    socket.on('error', () => undefined).on('close', () => resolve(answer));
  });
}

const HEAD = 'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';

test.each<[string, string, number, string, string]>([
  ['no HTTP at all', 'nonsense\r\n\r\n', 400, 'BAD_USER_INPUT', 'The request could not be read.'],
  [
    'two lengths of the body',
    `${HEAD}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'BAD_USER_INPUT',
    'The request could not be read.',
  ],
  [
    'headers of 20 KB',
    `${HEAD}x-a: ${'a'.repeat(20_000)}\r\n\r\n`,
    431,
    'LIMIT_EXCEEDED',
    'The headers are larger than 16 KiB.',
  ],
  [
    'a body that is compressed for the way',
    `${HEAD}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    501,
    'BAD_USER_INPUT',
    'CONNECT is not served, nor a transfer encoding other than chunked.',
  ],
  [
    'CONNECT, and bytes for the other side',
    `CONNECT partner.example:443 HTTP/1.1\r\nhost: partner.example:443\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n`,
    501,
    'BAD_USER_INPUT',
    'CONNECT is not served, nor a transfer encoding other than chunked.',
  ],
  [
    'chunks in HTTP/1.0',
    `${HEAD.replace('1.1', '1.0')}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'BAD_USER_INPUT',
    'The request could not be read.',
  ],
  ['no host', `${HEAD.replace('host: a\r\n', '')}\r\n`, 400, 'BAD_USER_INPUT', 'The request could not be read.'],
  ['two hosts', `${HEAD}Host: a\r\n\r\n`, 400, 'BAD_USER_INPUT', 'The request could not be read.'],
  [
    'HTTP/2.0 without its preface',
    `${HEAD.replace('1.1', '2.0')}\r\n`,
    505,
    'BAD_USER_INPUT',
    'The versions of HTTP that are served here are 1.1 and 1.0.',
  ],
  [
    'an expectation that is unknown',
    `${HEAD}expect: 200-ok\r\n\r\n`,
    417,
    'BAD_USER_INPUT',
    'The only expectation that is met is 100-continue.',
  ],
])('%s is refused in the one form of errors', async (_what, text, status, code, message) => {
  const answer = await sendBytes(text);
  expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  const [head, body] = answer.split('\r\n\r\n') as [string, string];
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const requestId = /^x-request-id: (.+)$/m.exec(head)?.[1]?.trim();
  expect(JSON.parse(body)).toEqual({ errors: [{ message, extensions: { code, requestId } }] });
});

test('a request in the form for proxies, and one of HTTP/1.0 without a host, are answered', async () => {
  const end = 'connection: close\r\n\r\n';
  for (const text of [
    `GET http://other.example/healthz HTTP/1.1\r\nhost: a\r\n${end}`,
    'GET /healthz HTTP/1.0\r\n\r\n',
  ]) {
    expect(await sendBytes(text)).toMatch(/^HTTP\/1\.1 200 /);
  }
});

test('a POST that asks for a WebSocket is answered as a POST', async () => {
  const body = '{"query":"{ __typename }"}';
  const headers = `authorization: Bearer ${app.adminKey}\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n`;
  const text = `${HEAD}${headers}content-length: ${body.length}\r\n\r\n${body}`;
  expect(await sendBytes(text)).toContain('{"data":{"__typename":"Query"}');
});

test.each([
  ['a version of it that is not served', 'sec-websocket-version: 7', 426, /\r\nsec-websocket-version: 13, 8\r\n/],
  ['no key of it', 'sec-websocket-version: 13', 400, /"message":"The request could not be read\."/],
])('a GET that asks for a WebSocket with %s is answered as all errors are', async (_what, header, status, more) => {
  const key = status === 426 ? 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n' : '';
  const answer = await sendBytes(
    `GET /graphql HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n${key}${header}\r\n\r\n`,
  );
  expect(answer).toMatch(`HTTP/1.1 ${status} `);
  expect(answer).toMatch(/\r\ncontent-type: application\/json/);
  expect(answer).toMatch(more);
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});
