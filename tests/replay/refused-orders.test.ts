// Orders of replayDeliveries that are refused before a delivery is looked at.
import { useTestApi } from '../support/app';
import { askMutation, mutate } from '../support/mutate';

const app = useTestApi();

const reason = 'they lost it';
const status = { eq: 'DELIVERED' };

test.each([
  ['for {}', { where: {}, reason }, 'where REQUIRED'],
  ['without a reason', { where: { status }, reason: '' }, 'reason REQUIRED'],
  ['with a reason that is too long', { where: { status }, reason: 'x'.repeat(1_001) }, 'reason TOO_LARGE'],
  ['with a reason of two lines', { where: { status }, reason: 'a\nb' }, 'reason INVALID'],
  ['at no deliveries a second', { where: { status }, reason, rate: 0 }, 'rate INVALID'],
  ['at fewer than that', { where: { status }, reason, rate: -5 }, 'rate INVALID'],
  ['at over 1,000 a second', { where: { status }, reason, rate: 1_001 }, 'rate INVALID'],
])('refused %s', async (_title, input, expected) => {
  const { replay, userErrors } = await mutate(app, 'replayDeliveries', input, 'replay { id }');
  expect(replay).toBeNull();
  expect(userErrors.map((each: { field: string[]; code: string }) => `${each.field} ${each.code}`)).toEqual([expected]);
});

test.each([
  ['for an empty filter', { status: {} }],
  ['for an empty or', { or: [] }],
  ['for null', null],
  ['for a status that there is not', { status: { eq: 'LOST' } }],
  ['for a field that there is not', { colour: { eq: 'red' } }],
  ['for an id of something else', { id: { eq: 'whk_01a20e627b7e72e181c9b6095ed89765' } }],
  ['for a text with a NUL', { documentType: { eq: 'a\u0000' } }],
  ['for a filter that is nested too deep', { not: { not: { not: { not: { status } } } } }],
  ['for more filters than are taken', { or: Array(101).fill({ status }) }],
])('refused %s', async (_title, where) => {
  const before = await app.database.query('select count(*) from replays');
  const answer = await askMutation(app, 'replayDeliveries', { where, reason }, 'replay { id }');
  expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(await app.database.query('select count(*) from replays')).toEqual(before);
});

test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('refused to %s, dry or not', async (role) => {
  const key = await app.keyFor(role);
  for (const dryRun of [true, false]) {
    const input = { where: { status }, reason, dryRun };
    const answer = await askMutation(app, 'replayDeliveries', input, 'preview { deliveryCount }', key);
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
});

test('a replay of {} is refused, and the message says how to select all', async () => {
  const { userErrors } = await mutate(app, 'replayDeliveries', { where: {}, reason: 'they lost it' });
  expect(userErrors[0].message).toContain('createdAt: { gte: "1970-01-01T00:00:00Z" }');
});
