import { useTestApp } from '../support/app';

// as in production: nothing but https to the internet
const app = useTestApp({ PROCESSES: 'api', ALLOW_HTTP_TARGETS: '', ALLOWED_TARGET_NETWORKS: '' });

const URL = 'https://partner.example/hooks';
const FIELDS = 'id url condition method headers { name template } bodyFormat body fields { key fieldname }';

async function change(mutation: 'createWebhook' | 'updateWebhook', input: object, key?: string) {
  const type = mutation === 'createWebhook' ? 'CreateWebhookInput' : 'UpdateWebhookInput';
  const query = `mutation ($input: ${type}!) {
    ${mutation}(input: $input) { webhook { ${FIELDS} } userErrors { field code message } }
  }`;
  const { data, errors } = await app.ask(query, { input }, key);
  if (errors) throw new Error(errors.map(({ extensions, message }) => `${extensions.code}: ${message}`).join('; '));
  return data[mutation];
}

const create = (input: object) => change('createWebhook', { name: 'Partner', url: URL, ...input });
const update = (id: string, input: object) => change('updateWebhook', { id, ...input });
const faultsOf = async (input: object) => (await create(input)).userErrors;

const settings = {
  url: 'https://partner.example/invoices/{{ doc.name }}?by={{ user.name }}',
  condition: 'doc.grand_total > 40000',
  method: 'PUT',
  headers: [
    { name: 'X-Reference', value: '{{ doc.name }}' },
    { name: 'content-type', value: 'application/vnd.partner+json' },
  ],
  bodyFormat: 'JSON',
  body: '{"name": {{ doc.name | json }}}',
};

test('by default a webhook sends everything by POST as Standard Webhooks requires', async () => {
  expect((await create({})).webhook).toMatchObject({
    condition: null,
    method: 'POST',
    headers: [],
    bodyFormat: 'STANDARD',
    body: null,
    fields: null,
  });
});

test('what was set is read back, also by support', async () => {
  const { webhook, userErrors } = await create(settings);
  expect(userErrors).toEqual([]);
  const headers = settings.headers.map(({ name, value }) => ({ name, template: value }));
  const expected = { ...settings, headers, fields: null, id: webhook.id };
  const read = await app.ask(`{ webhook(id: "${webhook.id}") { ${FIELDS} } }`, {}, await app.keyFor('SUPPORT'));
  expect([webhook, read.data.webhook]).toEqual([expected, expected]);
});

test('what is left out of a change stays, and null gives the default back', async () => {
  const { webhook } = await create(settings);
  expect((await update(webhook.id, { name: 'Renamed' })).webhook).toEqual(webhook);
  const fields = [{ key: 'number', fieldname: 'name' }];
  expect((await update(webhook.id, { body: null, fields, bodyFormat: 'FORM' })).webhook).toEqual({
    ...webhook,
    bodyFormat: 'FORM',
    body: null,
    fields,
  });
  const nothing = { condition: null, method: null, headers: null, bodyFormat: null, body: null, fields: null };
  expect((await update(webhook.id, nothing)).webhook).toMatchObject({
    condition: null,
    method: 'POST',
    headers: [],
    bodyFormat: 'STANDARD',
    body: null,
    fields: null,
  });
});

test('the audit trail says what a change was', async () => {
  const { webhook } = await create({});
  await update(webhook.id, { condition: 'doc.paid', method: 'DELETE' });
  const [row] = await app.database.query<{ details: string }>(
    `select details::text from audit_entries where action = 'webhook.updated' order by id desc limit 1`,
  );
  expect(JSON.parse(row?.details ?? '')).toEqual({
    version: 2,
    before: { condition: null, method: 'POST' },
    after: { condition: 'doc.paid', method: 'DELETE' },
  });
});

describe('a fault is named with its field and its position', () => {
  const json = { bodyFormat: 'JSON' };
  const many = (count: number, make: (n: number) => object) => Array.from({ length: count }, (_, n) => make(n));

  test.each([
    [{ condition: 'doc.a == 1 &&\n doc.b ==' }, ['condition'], 'INVALID', 'line 2, column 10'],
    [{ condition: 'doc.name.matches("^(a+)+$")' }, ['condition'], 'INVALID', 'matches is not available'],
    [{ condition: 'size(doc.items)' }, ['condition'], 'INVALID', 'gives int, not bool'],
    [{ condition: ' '.repeat(4_001) }, ['condition'], 'TOO_LARGE', '4001 characters'],
    [{ condition: 'doc.a == "\u0000"' }, ['condition'], 'INVALID', 'U+0000'],
    [{ condition: 'doc.a == "\ud800"' }, ['condition'], 'INVALID', 'line 1, column 11'],
    [{ url: `${URL}/{{ "\u0000" }}` }, ['url'], 'INVALID', 'U+0000'],
    [{ headers: [{ name: 'X-A', value: '{{ "\u0000" }}' }] }, ['headers', '0', 'value'], 'INVALID', 'U+0000'],
    [{ ...json, body: '"{{ doc.a }}\u0000"' }, ['body'], 'INVALID', 'U+0000'],
    [{ url: `${URL}/{{ doc.name` }, ['url'], 'INVALID', 'line 1, column 31'],
    [{ url: `${URL}/{{ order.name }}` }, ['url'], 'INVALID', 'There is no variable order (line 1, column 34)'],
    [{ url: 'https://{{ doc.host }}/hooks' }, ['url'], 'INVALID', 'scheme, host and port'],
    [{ url: '{{ doc.url }}' }, ['url'], 'INVALID', 'scheme, host and port'],
    [{ url: 'https://partner.example{{ doc.path }}' }, ['url'], 'INVALID', 'scheme, host and port'],
    [{ url: 'https://partner.example:{{ doc.port }}/' }, ['url'], 'INVALID', 'scheme, host and port'],
    [{ url: 'https://10.0.0.1/{{ doc.name }}' }, ['url'], 'INVALID', '10.0.0.1 is a private address'],
    [{ url: 'http://partner.example/{{ doc.name }}' }, ['url'], 'INVALID', 'https://'],
    [{ url: `${URL}/{{ doc.name }}#x` }, ['url'], 'INVALID', 'fragment'],
    [{ headers: [{ name: 'X Y', value: 'x' }] }, ['headers', '0', 'name'], 'INVALID', 'is not a header name'],
    [{ headers: [{ name: '', value: 'x' }] }, ['headers', '0', 'name'], 'INVALID', 'is not a header name'],
    [{ headers: [{ name: 'Webhook-Id', value: 'x' }] }, ['headers', '0', 'name'], 'INVALID', 'Webhook-Id'],
    [{ headers: [{ name: 'X'.repeat(201), value: 'x' }] }, ['headers', '0', 'name'], 'INVALID', 'has 201 characters'],
    [{ passHeaders: ['X'.repeat(201)] }, ['passHeaders', '0'], 'INVALID', 'The name of the header that begins with'],
    [{ headers: [{ name: 'Host', value: 'x' }] }, ['headers', '0', 'name'], 'INVALID', 'Host'],
    [{ headers: [{ name: 'Content-Length', value: '1' }] }, ['headers', '0', 'name'], 'INVALID', 'Content-Length'],
    [{ headers: [{ name: 'Transfer-Encoding', value: 'x' }] }, ['headers', '0', 'name'], 'INVALID', 'Transfer'],
    [
      { headers: [{ name: 'X-A', value: 'a\r\nX-B: b' }] },
      ['headers', '0', 'value'],
      'INVALID',
      'The value of the header X-A contains a line break',
    ],
    [{ headers: [{ name: 'X-A', value: 'price in €' }] }, ['headers', '0', 'value'], 'INVALID', 'Latin-1'],
    [{ headers: [{ name: 'X-A', value: '{{ doc.a' }] }, ['headers', '0', 'value'], 'INVALID', 'line 1, column 1'],
    [
      { headers: many(2, (n) => ({ name: ['X-A', 'x-a'][n], value: 'x' })) },
      ['headers', '1', 'name'],
      'CONFLICT',
      'twice',
    ],
    [{ headers: many(51, (n) => ({ name: `X-${n}`, value: 'x' })) }, ['headers'], 'TOO_LARGE', '51 entries'],
    [
      { headers: [{ name: 'X-A', value: 'x'.repeat(4_097) }] },
      ['headers', '0', 'value'],
      'INVALID',
      'headers.0.value has 4097 characters',
    ],
    [json, ['body'], 'REQUIRED', 'needs a body template or fields'],
    [{ bodyFormat: 'FORM' }, ['fields'], 'REQUIRED', 'needs fields'],
    [{ bodyFormat: 'FORM', fields: [] }, ['fields'], 'REQUIRED', 'needs fields'],
    [{ ...json, fields: [] }, ['body'], 'REQUIRED', 'needs a body template or fields'],
    [{ body: '{}' }, ['body'], 'INVALID', 'it is STANDARD'],
    [{ bodyFormat: 'FORM', body: '{}' }, ['body'], 'INVALID', 'it is FORM'],
    [{ fields: [{ key: 'a', fieldname: 'a' }] }, ['fields'], 'INVALID', 'it is STANDARD'],
    [{ ...json, body: '{}', fields: [{ key: 'a', fieldname: 'a' }] }, ['fields'], 'INVALID', 'not from both'],
    [{ ...json, body: '' }, ['body'], 'INVALID', 'The JSON is malformed'],
    [{ ...json, body: '{"a": }' }, ['body'], 'INVALID', 'The JSON is malformed at line 1, column 7'],
    [{ ...json, body: '{\n"a": {{ doc.a | jsn }}}' }, ['body'], 'INVALID', 'There is no filter jsn (line 2, column 6)'],
    [{ ...json, body: '{% capture x %}{% endcapture %}' }, ['body'], 'INVALID', 'There is no tag capture'],
    [{ ...json, body: 'x'.repeat(65_537) }, ['body'], 'INVALID', '65537 characters'],
    [{ ...json, fields: [{ key: '', fieldname: 'a' }] }, ['fields', '0', 'key'], 'REQUIRED', 'must not be empty'],
    [{ ...json, fields: [{ key: 'a', fieldname: '' }] }, ['fields', '0', 'fieldname'], 'REQUIRED', 'must not be empty'],
    ...['a..b', '.', '.a', 'a.'].map((fieldname): [object, string[], string, string] => [
      { ...json, fields: [{ key: 'a', fieldname }] },
      ['fields', '0', 'fieldname'],
      'INVALID',
      'has an empty part',
    ]),
    [{ ...json, fields: [{ key: 'a\u0000', fieldname: 'a' }] }, ['fields', '0', 'key'], 'INVALID', 'control character'],
    [{ ...json, fields: many(2, () => ({ key: 'a', fieldname: 'a' })) }, ['fields', '1', 'key'], 'CONFLICT', 'twice'],
    [{ ...json, fields: many(201, (n) => ({ key: `k${n}`, fieldname: 'a' })) }, ['fields'], 'TOO_LARGE', '201 entries'],
  ])('%j', async (input, field, code, message) => {
    expect(await faultsOf(input)).toEqual([{ field, code, message: expect.stringContaining(message) }]);
  });

  test('every one of them, and nothing is changed', async () => {
    const { webhook } = await create(settings);
    const { userErrors } = await update(webhook.id, {
      condition: 'doc.',
      url: 'https://{{ doc.host }}/',
      headers: [{ name: 'Host', value: 'x' }],
      body: '{{ doc',
    });
    expect(userErrors.map((fault: { field: string[] }) => fault.field.join('.')).sort()).toEqual([
      'body',
      'condition',
      'headers.0.name',
      'url',
    ]);
    const read = await app.ask(`{ webhook(id: "${webhook.id}") { ${FIELDS} } }`);
    expect(read.data.webhook).toEqual(webhook);
  });

  test('a body that the new format does not have has to be cleared', async () => {
    const { webhook } = await create(settings);
    const { userErrors } = await update(webhook.id, { bodyFormat: 'STANDARD' });
    expect(userErrors).toEqual([{ field: ['body'], code: 'INVALID', message: expect.stringContaining('clear') }]);
    expect((await update(webhook.id, { bodyFormat: 'STANDARD', body: null })).userErrors).toEqual([]);
  });
});

test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('%s changes none of it', async (role) => {
  await expect(change('createWebhook', { name: 'x', ...settings }, await app.keyFor(role))).rejects.toThrow(
    'FORBIDDEN',
  );
});
