import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { readExport } from '../../../src/programs/frappe-import/reading/read-export';
import { CommandError } from '../../../src/programs/terminal';
import { fileWith, runImport } from './importing';

const KEY = { API_KEY: 'a-key-that-nobody-checks-here' };

const WEBHOOK = {
  doctype: 'Webhook',
  name: 'x',
  webhook_doctype: 'Y',
  webhook_docevent: 'on_submit',
  request_url: 'https://p.example/h',
};

describe('what cannot be read ends with 2 and says what would be right', () => {
  test.each<[string, () => Promise<string>, RegExp]>([
    ['a file that is not there', async () => '/nowhere/webhooks.json', /\/nowhere\/webhooks\.json does not exist/],
    ['a directory', async () => tmpdir(), /is a directory/],
    ['an empty file', () => fileWith(''), /is not JSON.*fixtures/],
    ['no JSON', () => fileWith('[{"webhook_secret": "hunter2" oops}]'), /is not JSON, at character 30.*fixtures/],
    ['UTF-16', () => fileWith(Buffer.from('[]', 'utf16le')), /is not JSON/],
    [
      'JSON of something else',
      () => fileWith('{"exc_type": "DoesNotExistError"}'),
      /not what Frappe exports.*fixtures/,
    ],
    ['a number', () => fileWith('5'), /not what Frappe exports/],
    ['a list of texts', () => fileWith('["a"]'), /not what Frappe exports/],
    ['100,000 levels', () => fileWith('['.repeat(100_000) + ']'.repeat(100_000)), /not what Frappe exports/],
    ['33 MB', () => fileWith(Buffer.alloc(33 * 1024 * 1024 + 1, ' ')), /has more than 33554432 bytes/],
  ])('%s', async (_title, file, message) => {
    const refused = await readExport(await file()).catch((error: Error) => error);
    // of these the program writes the message, and no stack
    expect(refused).toBeInstanceOf(CommandError);
    expect((refused as CommandError).message).toMatch(message);
    expect((refused as CommandError).message).not.toContain('hunter2');
  });

  test('by the program', async () => {
    const { code, stdout, stderr } = await runImport([await fileWith('[{"webhook_secret": "hunter2" oops}]')], KEY);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/is not JSON, at character 30.*fixtures/);
    expect(stderr).not.toContain('hunter2');
    expect(stderr).not.toContain('    at ');
  });
});

describe('wrong arguments end with 2 and one sentence', () => {
  test.each<[string, string[], RegExp]>([
    ['no file', [], /One file is expected/],
    ['two files', ['a.json', 'b.json'], /One file is expected/],
    ['an unknown option', ['a.json', '--force'], /--force/],
    ['a key on the command line', ['a.json', '--key', 'hl_x'], /--key/],
  ])('%s', async (_title, args, message) => {
    const { code, stderr } = await runImport(args, KEY);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]+: hookledger import-frappe --help says what it takes\.\n$/);
  });

  test('no key', async () => {
    const { code, stderr } = await runImport([await fileWith([WEBHOOK])], { API_KEY: '' });
    expect(code).toBe(2);
    expect(stderr).toContain('set API_KEY, or name a file with --key-file');
  });

  test('a URL that is none', async () => {
    const { code, stderr } = await runImport([await fileWith([WEBHOOK]), '--url', 'localhost'], KEY);
    expect(code).toBe(2);
    expect(stderr).toContain('--url localhost is not a URL');
  });
});

test('an export without webhooks imports none', async () => {
  const { code, stdout } = await runImport([await fileWith('[]')], KEY);
  expect(code).toBe(0);
  expect(stdout).toContain('outcome');
});

test('a server that is not there, or is another one, ends it with 2', async () => {
  const file = await fileWith([WEBHOOK]);
  const unreachable = await runImport([file, '--url', 'http://127.0.0.1:9'], KEY);
  expect(unreachable.code).toBe(2);
  expect(unreachable.stderr).toMatch(/cannot be reached .*--url names another/);

  const server = createServer((request, response) => {
    if (request.url?.startsWith('/moved')) response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    else response.end('<html>hello</html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const other = await runImport([file, '--url', url], KEY);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("answers 200, and not like Hookledger's API");
    // the key does not follow
    expect((await runImport([file, '--url', `${url}/moved`], KEY)).stderr).toContain('cannot be reached');
  } finally {
    server.close();
  }
});
