import { join } from 'node:path';
import { planWebhook, withUniqueNames } from '../../../src/programs/frappe-import/plan/plan';
import { readExport } from '../../../src/programs/frappe-import/reading/read-export';
import { endsByItself } from '../../support/ends-by-itself';
import { fileWith } from './importing';

const WEBHOOK = {
  doctype: 'Webhook',
  name: 'Bookkeeping',
  webhook_doctype: 'Sales Invoice',
  webhook_docevent: 'on_submit',
  enabled: 1,
  request_url: 'https://partner.example.com/hook',
  request_method: 'POST',
  webhook_headers: [],
  webhook_data: [],
};

const plan = (more: object) => planWebhook({ ...WEBHOOK, ...more });

test.each<[string, unknown]>([
  ['fixtures', [WEBHOOK, WEBHOOK]],
  ['a list over REST', { data: [WEBHOOK, WEBHOOK] }],
  ['a method that answers a list', { message: [WEBHOOK, WEBHOOK] }],
])('%s is read', async (_title, content) => {
  expect(await readExport(await fileWith(content as object))).toEqual([WEBHOOK, WEBHOOK]);
});

test.each<[string, unknown]>([
  ['one document over REST', { data: WEBHOOK }],
  ['a method that answers one document', { message: WEBHOOK }],
  ['a document by itself', WEBHOOK],
])('%s is read', async (_title, content) => {
  expect(await readExport(await fileWith(content as object))).toEqual([WEBHOOK]);
});

test('a byte order mark does not matter', async () => {
  expect(await readExport(await fileWith(`\uFEFF${JSON.stringify([WEBHOOK])}`))).toEqual([WEBHOOK]);
});

test('a document over REST is carried over whole, with its retries', async () => {
  const [document] = await readExport(join(__dirname, 'fixtures/rest-document.json'));
  expect(planWebhook(document as object as Record<string, unknown>)).toEqual({
    name: 'Open issues',
    documentType: 'Issue',
    event: 'after_insert',
    problems: [],
    pauses: [],
    notes: [],
    input: {
      name: 'Open issues',
      url: 'https://partner.example.com/issues',
      documentType: 'Issue',
      events: ['after_insert'],
      condition: 'has(doc.priority) && doc.priority in ["High", "Urgent"]',
      method: 'POST',
      headers: [{ name: 'Content-Type', value: 'application/json' }],
      secretHeaders: [],
      bodyFormat: 'JSON',
      body: '{{ doc | json }}',
      timeoutMs: 5_000,
      retrySchedule: [0, 300, 1_800, 7_200],
      signatures: ['V1'],
    },
  });
});

test('a list over REST lacks the child tables: its webhooks are paused until they are reviewed', async () => {
  const [issues, other] = (await readExport(join(__dirname, 'fixtures/rest-list.json'))).map(planWebhook);
  expect(issues?.problems).toEqual([expect.stringContaining('webhook_headers is not in the export')]);
  expect(issues?.input?.condition).toBe('false');
  expect(other?.input).toBeNull();
  expect(other?.problems.join()).toMatch(/webhook_doctype is missing.*request_url is missing/);
});

describe('a webhook becomes', () => {
  test.each<[string, object, object]>([
    ['no fields: an empty object', {}, { body: '{}' }],
    ['blank texts: none', { condition: ' ', webhook_json: '\n' }, { condition: null, body: '{}' }],
    [
      'rows before a template',
      { webhook_data: [{ key: 'a', fieldname: 'b' }], webhook_json: '{}' },
      { fields: [{ key: 'a', fieldname: 'b' }] },
    ],
    [
      'the last of equal keys',
      {
        webhook_data: [
          { key: 'a', fieldname: 'b' },
          { key: 'a', fieldname: 'c' },
        ],
      },
      { fields: [{ key: 'a', fieldname: 'c' }] },
    ],
    ['fixed JSON', { webhook_json: '{"a": 1}' }, { body: '{"a": 1}' }],
    ['enabled where older Frappe does not say', { enabled: undefined }, { condition: null }],
    ['five seconds where older Frappe does not say', { timeout: 0 }, { timeoutMs: 5_000 }],
    ['at most 30 seconds', { timeout: 600 }, { timeoutMs: 30_000 }],
    ['at least one second', { timeout: -3 }, { timeoutMs: 1_000 }],
    ['numbers as texts', { timeout: '7' }, { timeoutMs: 7_000 }],
    ['no retries', { max_retries: 0 }, { retrySchedule: [0] }],
    [
      'as many retries as fit',
      { max_retries: 99 },
      { retrySchedule: [0, 300, 1_800, 7_200, ...Array(16).fill(36_000)].toSpliced(4, 0, 18_000).slice(0, 20) },
    ],
    ['PUT', { request_method: 'PUT' }, { method: 'PUT' }],
    ['another name', { name: 'Größe 😀' }, { name: 'Größe 😀' }],
    ['its type and event for a name', { name: null }, { name: 'Sales Invoice-on_submit' }],
    ['V1 alone', { enable_security: 0, webhook_secret: 'x' }, { signatures: ['V1'] }],
    [
      'with its secret',
      { enable_security: 1, webhook_secret: 'x' },
      { signatures: ['V1', 'FRAPPE'], frappeSecret: 'x' },
    ],
    ['the URL without space', { request_url: ' https://a.example/x\n' }, { url: 'https://a.example/x' }],
  ])('%s', (_title, more, expected) => {
    const { input, problems } = plan(more);
    expect(problems).toEqual([]);
    expect(input).toMatchObject(expected);
  });
});

test('a secret of asterisks is hidden, and the webhook waits for one', () => {
  const { input, pauses, problems } = plan({ enable_security: 1, webhook_secret: '*****' });
  expect(input).toMatchObject({ signatures: ['V1', 'FRAPPE'], condition: null });
  expect(input).not.toHaveProperty('frappeSecret');
  expect([problems, pauses]).toEqual([[], [expect.stringContaining('Set the secret')]]);
});

describe('what cannot be carried over keeps it from sending, and is said', () => {
  test.each<[string, object, RegExp, object]>([
    ['no event', { webhook_docevent: null }, /webhook_docevent is missing/, { events: [] }],
    ['a method', { request_method: 'GET' }, /request_method is "GET", not one of POST/, { method: 'POST' }],
    [
      'a condition',
      { condition: 'doc.a == now()' },
      /condition \(line 1, column 10\): now\(\) is not supported as a function\./,
      {},
    ],
    ['two lines', { condition: 'doc.a ==\n frappe.x' }, /line 2|line break/, {}],
    [
      'a template',
      { webhook_json: '{\n{{ frappe.x }}' },
      /webhook_json \(line 2, column 4\): frappe\.x is not/,
      { body: '{}' },
    ],
    ['a body that is no JSON', { webhook_json: '{"a": }' }, /webhook_json is not JSON/, { body: '{}' }],
    ['a row without a key', { webhook_data: [{ fieldname: 'a' }] }, /row 1 has no key/, { body: '{}' }],
    [
      'a URL',
      { is_dynamic_url: 1, request_url: 'https://a.example/x?q={{ frappe.x }}' },
      /request_url \(line 1, column 26\)/,
      { url: 'https://a.example/x?q=' },
    ],
    [
      'braces in a fixed URL',
      { request_url: 'https://a.example/{{ x }}' },
      /is_dynamic_url is off/,
      { url: 'https://a.example/' },
    ],
    [
      'a header of ours',
      { webhook_headers: [{ key: 'Host', value: 'x' }] },
      /the header Host is set by/,
      { headers: [] },
    ],
    [
      'a header in Chinese',
      { webhook_headers: [{ key: 'X-A', value: '中' }] },
      /header X-A contains.*Latin-1/,
      { headers: [] },
    ],
    ['endraw in a header', { webhook_headers: [{ key: 'X-A', value: '{% endraw %}' }] }, /endraw/, { headers: [] }],
  ])('%s', (_title, more, problem, expected) => {
    const { input, problems } = plan(more);
    expect(problems.join('\n')).toMatch(problem);
    expect(input).toMatchObject({ condition: 'false', ...expected });
  });

  test('with the condition behind false, where there is one', () => {
    expect(plan({ condition: 'doc.a > 1', request_method: 'GET' }).input?.condition).toBe('false && (doc.a > 1)');
    const long = `doc.a == "${'x'.repeat(3_970)}"`;
    expect(plan({ condition: long }).input?.condition).toHaveLength(3_995);
    expect(plan({ condition: long, request_method: 'GET' }).input?.condition).toBe('false');
  });
});

describe('what cannot be created at all says why', () => {
  test.each<[string, object, RegExp]>([
    ['another document', { doctype: 'Server Script' }, /of the type Server Script, not a Webhook/],
    ['no type', { webhook_doctype: '' }, /webhook_doctype is missing/],
    [
      'a host from the document',
      { is_dynamic_url: 1, request_url: 'https://{{ doc.h }}/x' },
      /host and port must be fixed/,
    ],
    [
      'half a host',
      { is_dynamic_url: 1, request_url: 'https://a{{ doc.h }}.example/x' },
      /host and port must be fixed/,
    ],
    [
      'a port from the document',
      { is_dynamic_url: 1, request_url: 'https://a:{{ doc.p }}/x' },
      /host and port must be fixed/,
    ],
    ['a list for a text', { condition: ['doc.a'] }, /condition is a list; a text is expected/],
    ['an object for a URL', { request_url: {} }, /request_url is an object; a text is expected/],
    ['a text for a check', { enabled: 'yes' }, /enabled is a text; 0 or 1 is expected/],
    ['a text for a number', { timeout: 'long' }, /timeout is a text; a number is expected/],
    ['infinity', { timeout: '1e999' }, /timeout is a text; a number is expected/],
    ['a text for rows', { webhook_headers: 'a: b' }, /webhook_headers is a text; a list of rows/],
    ['texts for rows', { webhook_data: ['a'] }, /webhook_data is a list; a list of rows/],
    ['objects in rows', { webhook_headers: [{ key: 'a', value: {} }] }, /webhook_headers is a list; a list of rows/],
  ])('%s', (_title, more, problem) => {
    const { input, problems } = plan(more);
    expect(input).toBeNull();
    expect(problems.join('\n')).toMatch(problem);
  });

  test('an empty document', () => {
    expect(planWebhook({}).input).toBeNull();
    expect(planWebhook({ __proto__: null }).input).toBeNull();
  });
});

describe('headers', () => {
  const headers = (...rows: [string, string][]) =>
    plan({ webhook_headers: rows.map(([key, value]) => ({ key, value })) });

  test.each([
    ['Authorization', 'hunter2'],
    ['authorization', 'token a:b'],
    ['X-Access-Token', 'hunter2'],
    ['X-Api-Key', 'hunter2'],
    ['apikey', 'hunter2'],
    ['X-API-SECRET', 'hunter2'],
    ['Cookie', 'sid=1'],
    ['x-site-token', 'hunter2'],
    ['X-Partner', 'Bearer abc'],
    ['X-Hub-Signature', 'hunter2'],
    ['X-Functions-Key', 'hunter2'],
  ])('%s: %s is kept as a secret', (name, value) => {
    const { input, notes } = headers([name, value]);
    expect(input).toMatchObject({ headers: [], secretHeaders: [{ name, value }] });
    expect(notes.join()).toContain(`${name} looks like a secret`);
    expect(notes.join()).not.toContain(value);
  });

  test.each(['Content-Type', 'X-Site', 'Accept', 'X-Keyboard'])('%s is not', (name) => {
    expect(headers([name, 'x']).input).toMatchObject({ headers: [{ name, value: 'x' }], secretHeaders: [] });
  });

  test('rows without a name or a value are passed over, and of equal names the last one counts', () => {
    expect(headers(['', 'x'], ['X-A', ''], ['X-B', '1'], ['x-b', ' 2 ']).input).toMatchObject({
      headers: [{ name: 'x-b', value: '2' }],
    });
  });

  test('braces are sent as they are, as by Frappe', () => {
    const { input, notes, problems } = headers(['X-A', '{{ doc.name }}']);
    expect(input?.headers).toEqual([{ name: 'X-A', value: '{% raw %}{{ doc.name }}{% endraw %}' }]);
    expect([problems, notes]).toEqual([[], [expect.stringContaining('which Frappe sends as they are')]]);
  });
});

test('equal names get numbers that are free, the same in every run', () => {
  const named = (...names: string[]) =>
    withUniqueNames(names.map((name) => plan({ name }))).map(({ input }) => input?.name);
  expect(named('a', 'a', 'b', 'a')).toEqual(['a', 'a (2)', 'b', 'a (3)']);
  expect(named('a', 'a', 'a (2)')).toEqual(['a', 'a (3)', 'a (2)']);
});

test('very many equal names take no time', () => {
  const one = plan({});
  endsByItself(() => withUniqueNames(Array.from({ length: 300_000 }, () => one)));
});
