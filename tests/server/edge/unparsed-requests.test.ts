// Bytes that Node cannot read as a request, so that no route sees them.
import { connect } from 'node:net';
import { shareTestApi, type TestApp } from '../../support/app';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

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
])('%s is refused in the one form of errors', async (_what, text, status, code, message) => {
  const answer = await sendBytes(text);
  const [head, body] = answer.split('\r\n\r\n') as [string, string];
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const requestId = /^x-request-id: (.+)$/m.exec(head)?.[1]?.trim();
  expect(JSON.parse(body)).toEqual({ errors: [{ message, extensions: { code, requestId } }] });
});
