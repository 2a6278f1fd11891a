import { createAuthorizedSender } from '../../../src/delivery/authentication/authorize';
import { NO_CREDENTIALS } from '../../../src/delivery/authentication/decrypt-credentials';
import { closeAll, httpPartner, localSender } from '../partner';

afterEach(closeAll);

const SECRET = 'a/b+c é"1';
const KEPT = 64 * 1024;

async function keptOf(answer: string | Buffer) {
  const partner = await httpPartner((_, response) => void response.end(answer));
  const request = { method: 'POST', url: partner.url, headers: [], body: Buffer.from('{}'), timeoutMs: 60_000 };
  const send = createAuthorizedSender(localSender());
  const result = await send(request, { ...NO_CREDENTIALS, secrets: [SECRET] });
  return { text: result.responseBody!.toString('latin1'), isTruncated: result.responseTruncated };
}

test.each([
  ['as it is', SECRET],
  ['in Latin-1', Buffer.from(SECRET, 'latin1')],
  ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['in JSON with slashes and letters escaped, as PHP writes it', 'a\\/b+c \\u00e9\\"1'],
  ['in JSON with letters escaped, as Python writes it', 'a/b+c \\u00e9\\"1'],
  ['percent-encoded', encodeURIComponent(SECRET)],
  ['as a form has it', new URLSearchParams({ '': SECRET }).toString().slice(1)],
])('a secret that comes back %s is not kept', async (_, echoed) => {
  const answer = Buffer.concat([Buffer.from('you sent '), Buffer.from(echoed), Buffer.from('.')]);
  expect(await keptOf(answer)).toEqual({ text: 'you sent [secret].', isTruncated: false });
});

test('a secret that comes back in a header is not kept', async () => {
  const partner = await httpPartner((_, response) => void response.setHeader('x-echo', 'key-123456').end());
  const request = { method: 'POST', url: partner.url, headers: [], body: Buffer.from('{}'), timeoutMs: 60_000 };
  const result = await createAuthorizedSender(localSender())(request, { ...NO_CREDENTIALS, secrets: ['123456'] });
  expect(result.responseHeaders).toContainEqual(['x-echo', 'key-[secret]']);
});

test.each([6, 8])('a secret of which the first %i characters are kept is not kept in part', async (kept) => {
  const before = 'x'.repeat(KEPT - kept);
  expect(await keptOf(Buffer.from(`${before}${SECRET}`, 'latin1'))).toEqual({
    text: `${before}[secret]`,
    isTruncated: true,
  });
});

test('what a whole answer ends with is kept when it only begins like a secret', async () => {
  expect(await keptOf('see a/b+c ')).toEqual({ text: 'see a/b+c ', isTruncated: false });
});
