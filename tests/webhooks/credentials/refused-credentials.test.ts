import { startTestApp, type TestApp } from '../../support/app';
import { basicAuth, createWithCredentials, header, namesOf, oauth2, saveWebhook } from './credentials';
import { headers, INVALID_CREDENTIALS } from './invalid-credentials';

let app: TestApp;

// as in production: nothing but https to the internet
beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api', ALLOW_HTTP_TARGETS: '', ALLOWED_TARGET_NETWORKS: '' });
});
afterAll(() => app.stop());

const create = (input: object = {}) => createWithCredentials(app, input);
const update = (id: string, input: object) => saveWebhook(app, 'updateWebhook', { id, ...input });

describe('a credential is refused, nothing is stored, and no message repeats it', () => {
  test.each(INVALID_CREDENTIALS)('%s', async (_what, input, field, code, message) => {
    const counts = 'select (select count(*) from webhooks) as w, (select count(*) from webhook_credentials) as c';
    const { webhook } = await create();
    const before = await app.database.query(counts);
    for (const answer of [await create(input), await update(webhook.id, input)]) {
      expect(answer.webhook).toBeNull();
      expect(answer.userErrors).toEqual([{ field: field.split('.'), code, message: expect.stringMatching(message) }]);
      expect(JSON.stringify(answer)).not.toMatch(/swordfish/);
    }
    expect(await app.database.query(counts)).toEqual(before);
  });

  test('what is stored already conflicts too', async () => {
    const { webhook } = await create({ basicAuth });
    for (const input of [{ oauth2 }, headers(header('authorization'))]) {
      const { userErrors } = await update(webhook.id, input);
      expect(userErrors).toEqual([
        { field: Object.keys(input), code: 'CONFLICT', message: expect.stringMatching(/set the header authorization/) },
      ]);
    }
    expect(namesOf(await update(webhook.id, { basicAuth: null, oauth2 }))).toEqual(['OAUTH2 our-client']);
  });
});

test.each<[string, object]>([
  ['a password that is a number', { basicAuth: { username: 'u', password: 47_114_711_471 } }],
  ['a field too many', { oauth2: { ...oauth2, extra: 1 } }],
  ['a field too few', { oauth2: { tokenUrl: 'x', clientSecret: oauth2.clientSecret } }],
  ['a list for an object', { basicAuth: ['value-swordfish'] }],
  ['a text for an object', { clientCertificate: 'value-swordfish' }],
  ['a number for a value', { secretHeaders: [{ name: 'X', value: 47_114_711_471 }] }],
])('%s is refused by the API, and the error does not repeat it', async (_what, wrong) => {
  const input = { name: 'Partner', url: 'https://partner.example/', ...wrong };
  const answer = await app.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { code } } }',
    { input },
  );
  const literal = JSON.stringify(input).replace(/"(\w+)":/g, '$1: ');
  const written = await app.ask(`mutation { createWebhook(input: ${literal}) { userErrors { code } } }`);
  for (const { errors, ...rest } of [answer, written]) {
    expect(errors?.[0]?.message).not.toMatch(/swordfish|47114711471/);
    expect(errors?.[0]?.extensions.code).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
    expect(JSON.stringify({ errors, ...rest })).not.toMatch(/swordfish|47114711471/);
  }
  expect(answer.errors?.[0]?.message).toMatch(/^Variable "\$input" got an invalid value at "input\.\w+[^"]*"; \w/);
});
