import { useTestApi } from '../../support/app';
import { counts } from '../../support/changes-recorded';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, publish } from '../../support/webhooks';

// without a worker: what happens here is not sent
const app = useTestApi();

const URL = 'http://127.0.0.1:9/hook';
const QUERY = `mutation ($input: PreviewWebhookInput!) { previewWebhook(input: $input) {
  preview { matches conditionHolds skipReason skipMessage request { method url headers { name value } body } }
  userErrors { field code message } } }`;
const SETTINGS = {
  documentType: 'Sales Invoice',
  events: ['on_submit'],
  condition: 'doc.grand_total > 40000',
  method: 'PUT',
  headers: [{ name: 'X-By', value: '{{ user.name }}' }],
  bodyFormat: 'JSON',
  body: '{"name": {{ doc.name | json }}, "total": {{ doc.grand_total }}}',
};
const GIVEN = { documentType: 'Sales Invoice', event: 'on_submit', referenceDocument: 'INV-1' };
const given = (data: unknown, more: object = {}) => ({ sample: { given: { ...GIVEN, data, ...more } } });

async function preview(input: object, key?: string) {
  // a machine may be too busy to say what a condition takes
  const { data, errors } = await waitFor('a decided preview', async () => {
    const answer = await app.ask(QUERY, { input }, key);
    return answer.errors?.[0]?.extensions.code === 'UNAVAILABLE' ? null : answer;
  });
  if (errors) throw new Error(errors.map(({ extensions }) => extensions.code).join());
  return data.previewWebhook;
}

const webhookWith = async (settings: object) => {
  return (await createTestWebhook(app, `${URL}/{{ doc.name }}`, { ...SETTINGS, ...settings })).id;
};

test('a given document is shown as it would go, its numbers as they are written', async () => {
  const id = await webhookWith({});
  const query = QUERY.replace('$input: PreviewWebhookInput!', '$id: ID!, $data: JSON!').replace(
    'input: $input',
    'input: { id: $id, sample: { given: { documentType: "Sales Invoice", event: "on_submit", referenceDocument: "INV-1", data: $data } } }',
  );
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
    body: `{"query":${JSON.stringify(query)},"variables":{"id":"${id}","data":{"name":"A/1","grand_total":50000.00}}}`,
  });
  expect(await response.json()).toMatchObject({
    data: {
      previewWebhook: {
        userErrors: [],
        preview: {
          matches: true,
          conditionHolds: true,
          skipReason: null,
          skipMessage: null,
          request: {
            method: 'PUT',
            url: `${URL}/A%2F1`,
            headers: [
              { name: 'content-type', value: 'application/json' },
              { name: 'user-agent', value: 'Hookledger' },
              { name: 'X-By', value: 'Administrator' },
            ],
            body: '{"name": "A/1", "total": 50000.00}',
          },
        },
      },
    },
  });
});

test('a given document is shown as what you did, with your full name', async () => {
  const key = await app.keyFor('SYSTEM_MANAGER');
  const { data } = await app.ask('{ viewer { id name } }', {}, key);
  await app.ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }', {
    input: { id: data.viewer.id, fullName: 'Ada L.' },
  });
  const id = await webhookWith({ condition: 'user.fullName == "Ada L."' });
  const shown = await preview({ id, ...given({ name: 'A', grand_total: 1 }) }, key);
  expect(shown.preview).toMatchObject({ conditionHolds: true, skipMessage: null });
});

test('a past event is shown with its own user, or with another', async () => {
  const id = await webhookWith({ bodyFormat: 'STANDARD', body: null });
  const data = { name: 'INV-7', grand_total: 50_000 };
  const [eventId] = await publish(app, [{ ...GIVEN, data, user: 'ada' }]);
  const { preview: shown } = await preview({ id, sample: { eventId } });
  expect(shown.request.headers).toContainEqual({ name: 'X-By', value: 'ada' });
  expect(JSON.parse(shown.request.body)).toMatchObject({ type: 'sales_invoice.on_submit', data });
  const other = await preview({ id, sample: { eventId }, user: 'nobody-yet' });
  expect(other.preview.request.headers).toContainEqual({ name: 'X-By', value: 'nobody-yet' });
});

test.each([
  [{ name: 'A', grand_total: 1 }, false, 'CONDITION_FALSE', 'The condition is false'],
  [{ name: 'A', grand_total: null }, null, 'CONDITION_ERROR', 'null > int'],
  [{ name: 'A' }, null, 'CONDITION_ERROR', 'There is no doc.grand_total'],
])('of %j the condition says %s', async (data, holds, reason, message) => {
  const id = await webhookWith({ bodyFormat: 'STANDARD', body: null });
  const { preview: shown } = await preview({ id, ...given(data) });
  expect(shown).toMatchObject({ matches: true, conditionHolds: holds, skipReason: reason });
  expect(shown.skipMessage).toContain(message);
  expect(shown.request.url).toBe(`${URL}/A`);
});

test('a template that fails leaves no request to show', async () => {
  const id = await webhookWith({ condition: null });
  const { preview: shown } = await preview({ id, ...given({ name: 'A' }) });
  expect(shown).toEqual({
    matches: true,
    conditionHolds: null,
    skipReason: 'TEMPLATE_ERROR',
    skipMessage: 'The body: There is no doc.grand_total (line 1, column 45).',
    request: null,
  });
});

test('an output that is no JSON is shown with the place of its fault', async () => {
  const id = await webhookWith({ condition: null, body: '{"name": {{ doc.name }}}' });
  const { preview: shown } = await preview({ id, ...given({ name: 'A' }) });
  expect(shown.skipMessage).toBe(
    'The body: It is not JSON: the filter json writes a complete value. Its output has the fault at line 1, column 10.',
  );
});

test('an event of another type or name does not match', async () => {
  const id = await webhookWith({});
  const data = { name: 'A', grand_total: 50_000 };
  expect((await preview({ id, ...given(data, { event: 'on_cancel' }) })).preview.matches).toBe(false);
  expect((await preview({ id, ...given(data, { documentType: 'Customer' }) })).preview.matches).toBe(false);
});

test('credentials are masked', async () => {
  const id = await webhookWith({
    secretHeaders: [{ name: 'X-Api-Key', value: 'very-secret' }],
    basicAuth: { username: 'erp', password: 'also-secret' },
  });
  const answer = await preview({ id, ...given({ name: 'A', grand_total: 50_000 }) });
  const names = answer.preview.request.headers.map(({ name }: { name: string }) => name.toLowerCase());
  expect(names).toEqual(expect.arrayContaining(['x-api-key', 'authorization']));
  expect(JSON.stringify(answer)).not.toMatch(/very-secret|also-secret|ZXJwOmFsc28/);
});

test('a hostile webhook is shown with the reason why it would not go', async () => {
  const condition = 'doc.list.all(a, doc.list.all(b, doc.list.all(c, a + b + c >= 0)))';
  const id = await webhookWith({ condition, bodyFormat: 'STANDARD', body: null });
  const list = Array.from({ length: 300 }, (_, n) => n);
  const { preview: shown } = await preview({ id, ...given({ name: 'A', list }) });
  expect(shown).toMatchObject({ conditionHolds: null, skipReason: 'CONDITION_ERROR' });
  expect(shown.skipMessage).toContain('took longer than 50 ms');
});

test('an event of our own can be given too, but published only by us', async () => {
  const settings = { documentType: 'Hookledger', events: ['webhook.failing'], condition: 'doc.failures > 10' };
  const { id } = await createTestWebhook(app, URL, settings);
  const own = { documentType: 'Hookledger', event: 'webhook.failing', referenceDocument: 'whk_1' };
  const { preview: shown } = await preview({ id, ...given({ failures: 20 }, own) });
  expect(shown).toMatchObject({ matches: true, conditionHolds: true, skipReason: null });
  expect(JSON.parse(shown.request.body)).toMatchObject({ type: 'webhook.failing', data: { failures: 20 } });
  await expect(publish(app, [{ ...own, data: { failures: 20 } }])).rejects.toThrow('is reserved');
  for (const documentType of ['hookledger', ' Hookledger'])
    expect((await preview({ id, ...given({}, { ...own, documentType }) })).userErrors[0].field).toEqual([
      'sample',
      'given',
      'documentType',
    ]);
  const { userErrors } = await preview({ id, ...given({}, { ...own, event: '' }) });
  expect(userErrors).toMatchObject([{ field: ['sample', 'given', 'event'], code: 'REQUIRED' }]);
});

test('nothing is written but an entry in the audit trail', async () => {
  const id = await webhookWith({});
  const before = (await counts(app)) as { recorded: number };
  await preview({ id, ...given({ name: 'A', grand_total: 50_000 }), user: 'nobody-at-all' });
  expect(await counts(app)).toEqual({ ...before, recorded: before.recorded + 1 });
});

test.each([
  [{ id: 'whk_00000000000070008000000000000000', ...given({}) }, ['id'], 'NOT_FOUND'],
  [{ sample: { eventId: 'evt_00000000000070008000000000000000' } }, ['sample', 'eventId'], 'NOT_FOUND'],
  [{ sample: { eventId: 'nonsense' } }, ['sample', 'eventId'], 'NOT_FOUND'],
  [given('x'.repeat(256 * 1024)), ['sample', 'given', 'data'], 'TOO_LARGE'],
  [given({ a: '\ud800' }), ['sample', 'given', 'data', 'a'], 'INVALID'],
  [{ ...given({}), user: '' }, ['user'], 'REQUIRED'],
])('%.60j is refused', async (input, field, code) => {
  const { userErrors, preview: shown } = await preview({ id: await webhookWith({}), ...input });
  expect(shown).toBeNull();
  expect(userErrors[0]).toMatchObject({ field, code });
});

test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('%s may not look', async (role) => {
  const id = await webhookWith({});
  await expect(preview({ id, ...given({}) }, await app.keyFor(role))).rejects.toThrow('FORBIDDEN');
});
