// A body template that would be no JSON is saved, and the answer warns of it.

import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';

const app = useTestApi();

const URL = 'https://partner.example/hook';
const BARE = '{"name": {{ doc.name }}}';
const FIELDS = 'webhook { id body version } warnings { field message }';
const IF_TEXT = 'If a value is a text, the body is no JSON at line 1, column 10 of the output';

let names = 0;
function settingsWith(body: string) {
  names += 1;
  return { name: `Warned ${names}`, url: URL, bodyFormat: 'JSON', body };
}
const create = (body: string) => mutate(app, 'createWebhook', settingsWith(body), FIELDS);
const warned = (...path: string[]) => [{ field: [...path, 'body'], message: expect.stringContaining(IF_TEXT) }];

test('the warning of a template is true: its webhook sends no text, but a number', async () => {
  const { webhook, warnings } = await create(BARE);
  expect(webhook.body).toBe(BARE);
  expect(warnings).toEqual(warned());
  const preview = async (name: unknown) => {
    const given = { documentType: 'Order', event: 'on_submit', referenceDocument: 'O-1', data: { name } };
    return (await mutate(app, 'previewWebhook', { id: webhook.id, sample: { given } }, 'preview { skipReason }'))
      .preview;
  };
  expect([await preview('O-1'), await preview(7)]).toEqual([{ skipReason: 'TEMPLATE_ERROR' }, { skipReason: null }]);
});

test('a change is warned of as long as the template is there, and a version that is restored too', async () => {
  const { webhook } = await create(BARE);
  const { id } = webhook;
  const update = (settings: object) => mutate(app, 'updateWebhook', { id, ...settings }, FIELDS);
  expect((await update({ timeoutMs: 5_000 })).warnings).toEqual(warned());
  expect((await update({ body: '{"name": {{ doc.name | json }}}' })).warnings).toEqual([]);
  const restored = await mutate(app, 'restoreWebhookVersion', { id, version: 1 }, FIELDS);
  expect(restored.warnings).toEqual(warned());
  expect((await update({ body: '{{' })).warnings).toBeNull();
});

test.each([true, false])('a file warns of each of its webhooks (dry run: %s)', async (dryRun) => {
  const webhooks = ['{"a": {{ doc.a | json }}}', BARE].map((body) => ({
    direction: 'OUTGOING',
    ...settingsWith(body),
  }));
  const document = JSON.stringify({ format: 'hookledger/webhooks', formatVersion: 1, webhooks });
  const { warnings, userErrors } = await mutate(
    app,
    'importWebhooks',
    { document, dryRun },
    'warnings { field message }',
  );
  expect(userErrors).toEqual([]);
  expect(warnings).toEqual(warned('document', 'webhooks', '1'));
});

const SOUND = [
  '{"name": {{ doc.name | json }}, "text": "Invoice {{ doc.name }} of {{ doc.customer.name }}"}',
  '{"codes": [{% for item in doc.items %}{{ item.code | json }}{% unless forloop.last %}, {% endunless %}{% endfor %}]}',
  '{"large": {% if doc.total > 40000 %}true{% else %}false{% endif %}, "count": {{ doc.items | size }}}',
  '{"first": {{ doc.items | first | json }}, "paid": {{ doc.paid_at | default: doc.posting_date | json }}}',
  '{% if doc.type == "a" %}{"a": {{ user.name | json }}}{% else %}{"b": {{ event.id | json }}}{% endif %}',
  '{% assign total = doc.total | times: 2 %}{"total": {{ total | json }}, "year": "{{ doc.date | date: "%Y" }}"}',
  '{{ doc | json }}',
];
const BROKEN = [
  ['quotation marks around a complete value', '{"name": "{{ doc.name | json }}"}', 'If a value is a text'],
  ['a text in a branch', '{"a": {% if doc.a %}{{ doc.a }}{% else %}null{% endif %}}', 'If a value is a text'],
  ['a comma at the end', '{"name": {{ doc.name | json }},}', 'correct the text between the outputs'],
  ['a comma after each element', '[{% for a in doc.a %}{{ a | json }},{% endfor %}]', 'correct the text between'],
  ['another format', '<name>{{ doc.name }}</name>', 'at line 1, column 1 of the output'],
] as const;

test.each(SOUND)('%s is sound', async (body) => {
  expect((await create(body)).warnings).toEqual([]);
});

test.each(BROKEN)('%s is warned of', async (_what, body, message) => {
  expect((await create(body)).warnings).toEqual([{ field: ['body'], message: expect.stringContaining(message) }]);
});

test('a template that takes long is not judged, and holds nobody up', async () => {
  const loops = ['a', 'b', 'c', 'd'].map((name) => `{% for ${name} in (1..1000) %}`).join('');
  expect((await create(`${loops}${'{% endfor %}'.repeat(4)}{`)).warnings).toEqual([]);
});

test('what is no JSON template has no warnings', async () => {
  const standard = await mutate(app, 'createWebhook', { name: 'Standard', url: `${URL}/{{ doc.name }}` }, FIELDS);
  expect(standard.warnings).toEqual([]);
});
