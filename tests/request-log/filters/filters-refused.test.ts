import { useTestApi } from '../../support/app';

// Tests of lists and of what may be missing: what they refuse, and where they say it.

const app = useTestApi();

const AMBIGUOUS = 'could mean all rows or none; leave it out to get all.';

test.each<[string, string, object, string]>([
  ['Webhook', 'events.contains', { events: { contains: 'a\0' } }, 'is not a text that is ever stored.'],
  ['Webhook', 'events.containsAny', { events: { containsAny: ['\ud83d'] } }, 'is not a text that is ever stored.'],
  ['Webhook', 'events.containsAny', { events: { containsAny: [] } }, `an empty list ${AMBIGUOUS}`],
  ['Webhook', 'events.containsAny', { events: { containsAny: Array(101).fill('a') } }, '101 entries; at most 100'],
  ['Webhook', 'ordering.in', { ordering: { in: [] } }, `an empty list ${AMBIGUOUS}`],
  ['Delivery', 'replay.delivery.not', { replay: { delivery: { not: {} } } }, `{} ${AMBIGUOUS}`],
  ['BusinessEvent', 'causedBy.or', { causedBy: { or: [{}] } }, `a list of {} ${AMBIGUOUS}`],
  ['WebhookRequestLog', 'error.eq', { error: { eq: '\0' } }, 'is not a text that is ever stored.'],
])('%s: %s', async (type, path, where, message) => {
  const list = { Delivery: 'deliveries' }[type] ?? `${type.charAt(0).toLowerCase()}${type.slice(1)}s`;
  const { data, errors } = await app.ask(`query ($where: ${type}Where) { ${list}(where: $where) { nodes { id } } }`, {
    where,
  });
  expect(data).toEqual({ [list]: null });
  const field = ['where', ...path.split('.')];
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  expect(errors?.[0]?.message).toContain(`${field.join('.')}: `);
  expect(errors?.[0]?.message).toContain(message);
});

test('several tests of one field must all hold, isNull too', async () => {
  const query = 'query ($where: DeliveryWhere) { deliveries(where: $where) { nodes { id } } }';
  const both = {
    waitsFor: { eq: 'CAPACITY', isNull: true },
    finishedAt: { lt: new Date().toISOString(), isNull: false },
  };
  expect(await app.ask(query, { where: both })).toMatchObject({ data: { deliveries: { nodes: [] } } });
});

test('links may be followed round in circles as far as the query is allowed to be deep', async () => {
  const where = { delivery: { businessEvent: { causedBy: { webhook: { owner: { name: { eq: 'a' } } } } } } };
  const query = 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }';
  expect(await app.ask(query, { where })).toMatchObject({ data: { webhookRequestLogs: { totalCount: 0 } } });
});
