// Requests that are wrong below GraphQL.
import { connect } from 'node:net';
import { useTestApi } from '../../support/app';

const app = useTestApi();

/** Everything that comes back until the server ends the connection. */
function exchange(text: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.write(text);
  });
}

const HEAD = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const BODY = '{"query":"{ __typename }"}';

describe('a request that two servers could read differently is refused, and nothing after it is answered', () => {
  const HIDDEN = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
  test.each<[string, string]>([
    [
      'a length and chunks',
      `${HEAD}content-length: ${BODY.length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    ['two lengths', `${HEAD}content-length: 0\r\ncontent-length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
    ['a length that is none', `${HEAD}content-length: +26\r\n\r\n${BODY}${HIDDEN}`],
    ['chunks under another name', `${HEAD}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
    ['chunks whose size is none', `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n${BODY}\r\n0\r\n\r\n${HIDDEN}`],
    ['a line break in a header', `${HEAD}x-a: b\rc: d\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}${HIDDEN}`],
    ['a space before the colon', `${HEAD}content-length : ${BODY.length}\r\n\r\n${BODY}${HIDDEN}`],
  ])('%s', async (_what, text) => {
    const answer = await exchange(text);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toMatch(/"status":"ok"|__typename|\n\s+at /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

test.each([
  ['content-type', 'content-type: text/plain\r\n'],
  ['authorization', 'authorization: Bearer hl_one\r\nAuthorization: Bearer hl_other\r\n'],
])('two headers %s, of which a proxy may have checked the other, are refused', async (name, lines) => {
  const answer = await exchange(`${HEAD}${lines}content-length: ${BODY.length}\r\n\r\n${BODY}`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain(`The header ${name} is given several times: give it once.`);
});

test('headers of more than 16 KiB are refused', async () => {
  const answer = await exchange(`${HEAD}x-large: ${'x'.repeat(20_000)}\r\ncontent-length: 0\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
});
