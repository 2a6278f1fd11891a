// An audit entry leads to the object of the act, which guards its own fields.
import { useTestApi } from '../support/app';
import { askMutation, mutate } from '../support/mutate';

const app = useTestApi();

const SUBJECT = 'subject { __typename id ... on Webhook { name } ... on User { fullName } }';

test('to a webhook and a user, as they are now, and to nothing once they are gone', async () => {
  const settings = { name: 'Before', url: 'https://partner.example/' };
  const { webhook } = await mutate(app, 'createWebhook', settings, 'webhook { id }');
  await mutate(app, 'updateWebhook', { id: webhook.id, name: 'After' });
  const { user } = await mutate(app, 'createUser', { name: 'subject', fullName: 'S. T.', roles: [] }, 'user { id }');
  const rule = { roles: ['SUPPORT'], part: 'DATA', path: '$.subject', strategy: 'HIDE' };
  const { maskingRule } = await mutate(app, 'createMaskingRule', rule, 'maskingRule { id }');
  await mutate(app, 'deleteMaskingRule', { id: maskingRule.id });
  const { data } = await app.ask(
    `query ($ids: [ID!]) { auditEntries(where: { subjectId: { in: $ids }, outcome: { eq: DONE } }, orderBy: { direction: ASC }) {
       nodes { action subjectId ${SUBJECT} } } }`,
    { ids: [webhook.id, user.id, maskingRule.id] },
  );
  const shown = data.auditEntries.nodes.map(({ action, subject }: { action: string; subject: object }) => [
    action,
    subject,
  ]);
  const after = { __typename: 'Webhook', id: webhook.id, name: 'After' };
  expect(shown).toEqual([
    ['webhook.created', after],
    ['webhook.updated', after],
    ['user.created', { __typename: 'User', id: user.id, fullName: 'S. T.' }],
    ['masking_rule.created', null],
    ['masking_rule.deleted', null],
  ]);
});

test('of your own acts too, as far as the roles of the key of now go', async () => {
  const key = await app.keyFor('SYSTEM_MANAGER', 'PUBLISHER');
  const { data } = await app.ask('{ viewer { id } }', {}, key);
  const settings = { name: 'Own', url: 'https://partner.example/' };
  const made = await askMutation(app, 'createWebhook', settings, 'webhook { id }', key);
  const { webhook } = made.data.createWebhook;
  const input = { userId: data.viewer.id, label: 'narrow', roles: ['PUBLISHER'] };
  const { token } = await mutate(app, 'createApiKey', input, 'token');
  const query = `query ($id: ID!) { myAuditEntries(where: { subjectId: { eq: $id } }) { nodes { subjectId ${SUBJECT} } } }`;
  const whole = await app.ask(query, { id: webhook.id }, key);
  expect(whole.data.myAuditEntries.nodes).toEqual([
    { subjectId: webhook.id, subject: { __typename: 'Webhook', id: webhook.id, name: 'Own' } },
  ]);
  const narrow = await app.ask(query, { id: webhook.id }, token);
  expect(narrow.data.myAuditEntries.nodes).toEqual([{ subjectId: webhook.id, subject: null }]);
  const [refusal] = narrow.errors ?? [];
  expect(refusal).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
});
