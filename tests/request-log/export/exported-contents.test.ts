import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { newId, uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { seedRequest } from '../pages/seeded-log';
import { cellsOf, fetchExport, type Line, linesOf, requestExport } from './exports';

const app = useTestApi();
let n = 0;

interface Content {
  data?: Buffer | string | null;
  response?: Buffer | string;
  truncated?: boolean;
  error?: string;
}

/** One request with this content, exported. */
async function exported({ data, response, truncated = false, error }: Content) {
  n += 1;
  const documentType = `Content ${n}`;
  const uuid = uuidOf('WebhookRequestLog', await seedRequest(app.database, { documentType, status: 'PENDING' }));
  const payloadId = data === undefined ? null : newId();
  const bytes = (body: Buffer | string | null | undefined) => (body == null ? null : Buffer.from(body));
  await app.database.query('set session_replication_role = replica');
  if (payloadId) {
    await app.database.query(
      `insert into payloads (id, body, byte_length, content_type, body_digest, body_salt, erased_digest, erasure_id)
       select $1, $2, 1, 'application/json', '', salt, case when $2::bytea is null then sha256('') end,
         case when $2::bytea is null then new_id() end
       from (select case when $2::bytea is not null then sha256('') end as salt) as made`,
      [payloadId, bytes(data)],
    );
  }
  await app.database.query(
    `update webhook_request_logs set payload_id = $2, response_body = $3, response_truncated = $4, error = $5,
       status = 'SUCCEEDED', finished_at = now(), leaf_hash = sha256('') where id = $1`,
    [uuid, payloadId, bytes(response), truncated, error ?? null],
  );
  await app.database.query('set session_replication_role = origin');
  const where = { documentType: { eq: documentType } };
  const { text } = await fetchExport(app, await requestExport(app, { where, includeContent: true }));
  const csv = await fetchExport(app, await requestExport(app, { where, includeContent: true, format: 'CSV' }));
  const [header = [], row = []] = cellsOf(csv.text);
  return {
    text,
    line: linesOf(text)[0] as Line,
    cells: Object.fromEntries(header.map((name, index) => [name, row[index]])),
  };
}

const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;

const BODIES: [string, Buffer | string, unknown, string | null][] = [
  ['JSON', '{"a":1}', { a: 1 }, 'json'],
  ['a JSON text', '"a\\nb"', 'a\nb', 'json'],
  ['a JSON number', '12', 12, 'json'],
  ['JSON null', 'null', null, 'json'],
  ['JSON on many lines', '{\r\n\t"a":\n[1,\r2]}', { a: [1, 2] }, 'json'],
  ['text', 'OK, thank you', 'OK, thank you', 'text'],
  ['text that begins as JSON', '{"a":', '{"a":', 'text'],
  ['text on many lines', 'a\nb\r\nc', 'a\nb\r\nc', 'text'],
  ['text of other letters', 'شكرا ✓ 😀', 'شكرا ✓ 😀', 'text'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x41]), '//5B', 'base64'],
  ['a text with NUL', 'a\u0000b', 'YQBi', 'base64'],
  ['JSON that is nested too deeply to read', deep, deep, 'text'],
  ['line ends that only some programs know', 'a\u2028b\u2029c\u0085d', 'a\u2028b\u2029c\u0085d', 'text'],
  ['the same in JSON', '{"a":"\u2028"}', { a: '\u2028' }, 'json'],
  ['nothing', '', null, null],
];

test.each(BODIES)('%s', async (_title, body, shown, encoding) => {
  const { text, line, cells } = await exported({ data: body, response: body });
  expect([line.data, line.dataEncoding]).toEqual([shown, encoding]);
  expect([line.response, line.responseEncoding]).toEqual([shown, encoding]);
  expect([cells.dataEncoding, cells.responseEncoding]).toEqual([encoding ?? '', encoding ?? '']);
  expect(cells.data).toBe(encoding === 'base64' ? shown : String(body));
  expect(text).not.toMatch(/[\u0085\u2028\u2029]/);
  const read: string[] = [];
  for await (const each of createInterface({ input: Readable.from([text]) })) read.push(each);
  expect(read).toHaveLength(1);
});

test('JSON keeps its exact text: numbers, order of keys, repeated ones', async () => {
  const data = '{"b":100.00,"a":12345678901234567890,"b":1e400}';
  expect((await exported({ data })).text).toContain(`"data":${data},`);
});

test('an answer that was cut in the middle of a letter is text to its last whole letter', async () => {
  const response = Buffer.from('thank you ✓').subarray(0, -1);
  const { line } = await exported({ response, truncated: true });
  expect([line.response, line.responseEncoding, line.responseTruncated]).toEqual(['thank you ', 'text', true]);
});

test('rule 10: what was erased is null', async () => {
  const { line } = await exported({ data: null });
  expect([line.data, line.dataEncoding]).toEqual([null, null]);
});

test('a body cannot get a formula into a cell', async () => {
  const { cells } = await exported({ response: '=HYPERLINK("https://evil.example")', error: '@SUM(1)' });
  expect(cells.response).toBe(`'=HYPERLINK("https://evil.example")`);
  expect(cells.error).toBe("'@SUM(1)");
});

test('many large bodies are all there', async () => {
  const documentType = 'Large';
  await app.database.query(
    `insert into webhook_request_logs (id, direction, status, document_type, attempt_number, duplicate, method, url,
       started_at, finished_at, response_body)
     select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '70008' || substr(md5(n::text), 1, 15))::uuid,
       'OUTGOING', 'FAILED', $1, 1, false, 'POST', 'https://partner.example/', now(), now(),
       convert_to(repeat(md5(n::text), 2000), 'UTF8')
     from generate_series(1, 250) as n`,
    [documentType],
  );
  const { text } = await fetchExport(
    app,
    await requestExport(app, { where: { documentType: { eq: documentType } }, includeContent: true }),
  );
  const lines = linesOf(text);
  expect(new Set(lines.map(({ id }) => id)).size).toBe(250);
  expect(lines).toHaveLength(250);
  expect(lines.every(({ response }) => (response as string).length === 64_000)).toBe(true);
});
