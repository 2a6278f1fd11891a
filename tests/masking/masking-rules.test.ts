import { useTestApi } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import { createTestWebhook } from '../support/webhooks';

const app = useTestApi();

const RULE = { roles: ['SUPPORT'], part: 'DATA', path: '$.customer', strategy: 'SHOW' };

test('a rule is made, listed, found by its id and deleted, and the audit trail has both', async () => {
  const { id: webhookId } = await createTestWebhook(app, 'https://partner.example/');
  const input = { ...RULE, roles: ['SUPPORT', 'AUDITOR', 'SUPPORT'], documentType: 'Sales Invoice', webhookId };
  const fields = 'id roles documentType webhook { id } part path strategy createdBy { name }';
  const { maskingRule } = await mutate(app, 'createMaskingRule', input, `maskingRule { ${fields} }`);
  expect(maskingRule).toMatchObject({
    ...RULE,
    roles: ['SUPPORT', 'AUDITOR'],
    documentType: 'Sales Invoice',
    webhook: { id: webhookId },
  });
  const found = await app.ask(
    `query ($id: ID!) { maskingRule(id: $id) { ${fields} } maskingRules { nodes { ${fields} } } }`,
    { id: maskingRule.id },
    await app.keyFor('AUDITOR'),
  );
  expect(found.data).toEqual({ maskingRule, maskingRules: { nodes: [maskingRule] } });
  const gone = await mutate(app, 'deleteMaskingRule', { id: maskingRule.id }, 'maskingRule { id }');
  expect(gone).toEqual({ maskingRule: { id: maskingRule.id }, userErrors: [] });
  const trail = await app.ask(
    `{ auditEntries(where: { subjectId: { eq: "${maskingRule.id}" } }) { nodes { action before after } } }`,
  );
  const { id: _id, webhook: _webhook, createdBy: _createdBy, ...recorded } = maskingRule;
  expect(trail.data.auditEntries.nodes).toEqual([
    { action: 'masking_rule.deleted', before: { ...recorded, webhookId }, after: null },
    { action: 'masking_rule.created', before: null, after: { ...recorded, webhookId } },
  ]);
  const again = await mutate(app, 'deleteMaskingRule', { id: maskingRule.id });
  expect(again.userErrors).toMatchObject([{ field: ['id'], code: 'NOT_FOUND' }]);
});

test.each([
  { given: { path: '' }, field: 'path', message: 'does not begin with $' },
  { given: { path: 'customer' }, field: 'path', message: 'path: "customer" does not begin with $' },
  { given: { path: '$.items[?(@.a)]' }, field: 'path', message: 'cannot be read from character 8 on' },
  { given: { path: '$..sku' }, field: 'path', message: 'cannot be read' },
  { given: { path: '$.' }, field: 'path', message: 'cannot be read' },
  { given: { path: '$.a\u0000b' }, field: 'path', message: 'cannot be read' },
  { given: { path: '$["\\u0000"]' }, field: 'path', message: 'is not a key that is ever stored' },
  { given: { path: '$["\ud800"]' }, field: 'path', message: 'path' },
  { given: { path: `$${'.a'.repeat(21)}` }, field: 'path', message: '21 steps; at most 20' },
  { given: { path: `$${'.a'.repeat(5_000)}` }, field: 'path', message: 'at most 500 are allowed' },
  { given: { part: 'HEADERS', path: '$.X-Customer' }, field: 'path', message: 'lower case' },
  { given: { part: 'HEADERS', path: '$.a.b' }, field: 'path', message: 'names no header' },
  { given: { part: 'RESPONSE_HEADERS', path: '$[*]' }, field: 'path', message: 'names no header' },
  { given: { roles: [] }, field: 'roles', message: 'must name INTEGRATION_MANAGER, SUPPORT or AUDITOR' },
  { given: { roles: ['SUPPORT', 'SYSTEM_MANAGER'] }, field: 'roles', message: 'SYSTEM_MANAGER makes the rules' },
  { given: { roles: ['PUBLISHER'] }, field: 'roles', message: 'PUBLISHER reads nothing' },
  { given: { documentType: ' ' }, field: 'documentType', message: 'must not be empty' },
  { given: { documentType: 'a\u0000' }, field: 'documentType', message: 'control character' },
  { given: { documentType: 'x'.repeat(201) }, field: 'documentType', message: 'at most 200' },
  { given: { webhookId: 'whk_1' }, field: 'webhookId', message: 'no webhook with this id' },
  {
    given: { webhookId: 'whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e' },
    field: 'webhookId',
    message: 'no webhook with this id',
  },
])('$given is refused, and nothing is made', async ({ given, field, message }) => {
  const { maskingRule, userErrors } = await mutate(
    app,
    'createMaskingRule',
    { ...RULE, ...given },
    'maskingRule { id }',
  );
  expect(maskingRule).toBeNull();
  expect(userErrors).toMatchObject([{ field: [field], message: expect.stringContaining(message) }]);
  expect((await app.ask('{ maskingRules { totalCount } }')).data.maskingRules.totalCount).toBe(0);
});

test.each(['INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('%s makes no rules', async (role) => {
  const answer = await askMutation(app, 'createMaskingRule', RULE, 'maskingRule { id }', await app.keyFor(role));
  expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('there may be 500 rules, also if many are made at once', async () => {
  await app.database.query(
    `insert into masking_rules (id, roles, part, path, strategy, created_by, created_at)
     select new_id(), '{SUPPORT}', 'DATA', '$.a' || n, 'SHOW', (select id from users limit 1), now()
     from generate_series(1, 499) as n`,
  );
  const create = () => mutate(app, 'createMaskingRule', RULE, 'maskingRule { id }');
  const answers = await Promise.all(Array.from({ length: 8 }, create));
  const refused = answers.filter(({ maskingRule }) => maskingRule === null);
  expect(refused).toHaveLength(7);
  for (const { userErrors } of refused) {
    expect(userErrors).toMatchObject([{ code: 'TOO_LARGE', message: expect.stringContaining('500') }]);
  }
  await app.database.query('delete from masking_rules');
});
