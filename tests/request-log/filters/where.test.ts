import { uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { idsOf, LIST, listRefusal, listRequests } from '../pages/request-list';
import { seedRequest } from '../pages/seeded-log';

const app = useTestApi();

const list = (args: object) => listRequests(app, args);

const refusal = (args: object) => listRefusal(app, args);

const DAY_MS = 24 * 3_600_000;

describe('where', () => {
  // of yesterday: nothing begins in the future
  const NOON = (Math.floor(Date.now() / DAY_MS) - 0.5) * DAY_MS;
  const at = (ms: number) => new Date(NOON + ms).toISOString();
  const rows: Record<string, string> = {};
  let webhooks: string[];
  let users: string[];

  beforeAll(async () => {
    const keys = [await app.keyFor('AUDITOR'), await app.keyFor('SUPPORT')];
    users = await Promise.all(
      keys.map(async (key) => (await app.ask('{ viewer { id } }', undefined, key)).data.viewer.id),
    );
    webhooks = [];
    for (const [index, ownerId] of users.entries()) {
      const settings = { name: `W${index}`, ownerId, documentType: index === 0 ? 'Sales Invoice' : null };
      webhooks.push((await createTestWebhook(app, `https://p${index}.example/`, settings)).id);
    }
    const [w0, w1] = webhooks.map((id) => uuidOf('Webhook', id));
    const [u0, u1] = users.map((id) => uuidOf('User', id));
    const seeds = {
      a: {
        at: NOON,
        documentType: 'Sales Invoice',
        event: 'on_submit',
        referenceDocument: 'INV-1',
        webhookId: w0,
        userId: u0,
      },
      b: {
        at: NOON + 1,
        documentType: 'Sales Invoice',
        event: 'on_cancel',
        referenceDocument: 'INV-10',
        webhookId: w0,
        userId: u1,
        status: 'FAILED',
        responseStatus: 500,
      },
      c: {
        at: NOON + 2,
        documentType: 'Payment Entry',
        event: 'on_submit',
        referenceDocument: '50%_OFF\\x',
        webhookId: w1,
        userId: u1,
        status: 'FAILED',
        responseStatus: null,
      },
      d: {
        at: NOON + 3,
        documentType: 'Payment Entry',
        event: 'on_submit',
        referenceDocument: '50% OFF',
        webhookId: w1,
        status: 'PENDING',
        responseStatus: null,
      },
      e: { at: NOON + 1_000, direction: 'INCOMING', status: 'REFUSED', responseStatus: 401 },
      f: { at: NOON + 1_001, status: 'UNKNOWN', responseStatus: null, event: 'أمل', referenceDocument: '50XYOFF' },
    };
    for (const [name, seed] of Object.entries(seeds)) rows[name] = await seedRequest(app.database, seed);
  });

  // lazily: what the rows are called is known only once they are there
  const filters: [string, () => object, string][] = [
    ['id eq', () => ({ id: { eq: rows.c } }), 'c'],
    ['id in', () => ({ id: { in: [rows.a, rows.c, rows.a] } }), 'ac'],
    ['direction eq', () => ({ direction: { eq: 'INCOMING' } }), 'e'],
    ['direction in', () => ({ direction: { in: ['INCOMING', 'OUTGOING'] } }), 'abcdef'],
    ['status eq', () => ({ status: { eq: 'FAILED' } }), 'bc'],
    ['status in', () => ({ status: { in: ['PENDING', 'UNKNOWN', 'REFUSED'] } }), 'def'],
    ['documentType eq', () => ({ documentType: { eq: 'Sales Invoice' } }), 'ab'],
    ['documentType eq, in another case', () => ({ documentType: { eq: 'sales invoice' } }), ''],
    ['documentType in', () => ({ documentType: { in: ['Sales Invoice', 'Payment Entry'] } }), 'abcd'],
    ['documentType is null', () => ({ documentType: { isNull: true } }), 'ef'],
    ['documentType is not null', () => ({ documentType: { isNull: false } }), 'abcd'],
    ['referenceDocument startsWith', () => ({ referenceDocument: { startsWith: 'INV-1' } }), 'ab'],
    ['referenceDocument startsWith %', () => ({ referenceDocument: { startsWith: '50%' } }), 'cd'],
    ['referenceDocument startsWith %_', () => ({ referenceDocument: { startsWith: '50%_' } }), 'c'],
    ['referenceDocument startsWith a backslash in it', () => ({ referenceDocument: { startsWith: '50%_OFF\\' } }), 'c'],
    ['referenceDocument startsWith only %', () => ({ referenceDocument: { startsWith: '%' } }), ''],
    ['referenceDocument startsWith only _', () => ({ referenceDocument: { startsWith: '_' } }), ''],
    ['referenceDocument startsWith nothing', () => ({ referenceDocument: { startsWith: '' } }), 'abcdf'],
    ['referenceDocument eq and startsWith', () => ({ referenceDocument: { eq: 'INV-1', startsWith: 'INV' } }), 'a'],
    ['event eq, in another script', () => ({ event: { eq: 'أمل' } }), 'f'],
    ['event with a quote', () => ({ event: { eq: "' or 1=1 --" } }), ''],
    ['webhook id', () => ({ webhook: { id: { eq: webhooks[0] } } }), 'ab'],
    ['webhook name', () => ({ webhook: { name: { in: ['W0', 'W1'] } } }), 'abcd'],
    ['webhook without document type', () => ({ webhook: { documentType: { isNull: true } } }), 'cd'],
    ['webhook owner', () => ({ webhook: { owner: { id: { eq: users[1] } } } }), 'cd'],
    ['webhook owner, and not', () => ({ webhook: { not: { owner: { id: { eq: users[1] } } } } }), 'ab'],
    ['user', () => ({ user: { id: { eq: users[1] } } }), 'bc'],
    ['user and webhook', () => ({ user: { id: { eq: users[1] } }, webhook: { id: { eq: webhooks[0] } } }), 'b'],
    ['not of a user includes those without', () => ({ not: { user: { id: { eq: users[1] } } } }), 'adef'],
    ['responseStatus eq', () => ({ responseStatus: { eq: 500 } }), 'b'],
    ['responseStatus in', () => ({ responseStatus: { in: [200, 401] } }), 'ae'],
    ['responseStatus range', () => ({ responseStatus: { gte: 401, lt: 500 } }), 'e'],
    ['responseStatus gt and lte', () => ({ responseStatus: { gt: 401, lte: 500 } }), 'b'],
    ['responseStatus is null', () => ({ responseStatus: { isNull: true } }), 'cdf'],
    ['startedAt gt', () => ({ startedAt: { gt: at(1) } }), 'cdef'],
    ['startedAt gte', () => ({ startedAt: { gte: at(1) } }), 'bcdef'],
    ['startedAt lt', () => ({ startedAt: { lt: at(1) } }), 'a'],
    ['startedAt lte', () => ({ startedAt: { lte: at(1) } }), 'ab'],
    ['startedAt, one millisecond', () => ({ startedAt: { gte: at(2), lte: at(2) } }), 'c'],
    ['startedAt, between two', () => ({ startedAt: { gt: at(3), lt: at(1_000) } }), ''],
    [
      'startedAt in another time zone',
      () => ({ startedAt: { lte: at(0).replace('12:00:00.000Z', '15:00:00.000+03:00') } }),
      'a',
    ],
    ['startedAt before the epoch', () => ({ startedAt: { lt: '0001-01-01T00:00:00Z' } }), ''],
    ['startedAt after all times', () => ({ startedAt: { lte: '9999-12-31T23:59:59.999Z' } }), 'abcdef'],
    ['or', () => ({ or: [{ status: { eq: 'REFUSED' } }, { responseStatus: { eq: 500 } }] }), 'be'],
    ['and', () => ({ and: [{ status: { eq: 'FAILED' } }, { responseStatus: { eq: 500 } }] }), 'b'],
    ['not', () => ({ not: { status: { eq: 'FAILED' } } }), 'adef'],
    ['not of a value that is missing', () => ({ not: { responseStatus: { eq: 500 } } }), 'acdef'],
    [
      'and, or and not to depth 3',
      () => ({
        and: [
          { or: [{ not: { status: { eq: 'FAILED' } } }, { event: { eq: 'on_cancel' } }] },
          { direction: { eq: 'OUTGOING' } },
        ],
      }),
      'abdf',
    ],
    [
      'siblings at depth 3',
      () => ({ not: { not: { not: { status: { eq: 'FAILED' } } } }, or: [{ id: { eq: rows.a } }] }),
      'a',
    ],
  ];
  test.each(filters)('%s', async (_what, where, expected) => {
    const within = { startedAt: { gte: at(0), lt: at(60_000) } };
    const wanted = [...expected].map((name) => rows[name]).reverse();
    const filter = where();
    const page = await list({ where: { ...within, ...filter } });
    expect(idsOf(page)).toEqual(wanted);
  });

  const deep = (levels: number): object =>
    levels === 0
      ? { status: { eq: 'FAILED' } }
      : ([{ and: [deep(levels - 1)] }, { or: [deep(levels - 1)] }, { not: deep(levels - 1) }][levels % 3] ?? {});

  test('and, or and not are refused at depth 4, with the place', async () => {
    expect((await app.ask(LIST, { where: deep(3) })).errors).toBeUndefined();
    expect(await refusal({ where: deep(4) })).toEqual({
      code: 'BAD_USER_INPUT',
      field: expect.stringMatching(/^where\./),
      message: expect.stringMatching(/nested 3 deep/),
    });
  });

  test.each<[string, unknown]>([
    ['where.and', { and: [] }],
    ['where.and', { and: [{}] }],
    ['where.or', { or: [] }],
    ['where.or', { or: [{}, { status: { eq: null } }] }],
    ['where.not', { not: {} }],
    ['where.not.not', { not: { not: {} } }],
    ['where.id.in', { id: { in: [] } }],
    ['where.status.in', { status: { in: [] } }],
    ['where.webhook.not', { webhook: { not: { owner: {} } } }],
    ['where.webhook.and', { webhook: { and: [{ status: {} }] } }],
  ])('nothing to test at %s is refused: %j', async (field, where) => {
    expect(await refusal({ where })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field,
      message: expect.stringMatching(/^where/),
    });
  });

  test('nothing to test within not is refused as a literal and in every other list too', async () => {
    for (const query of [
      '{ webhookRequestLogs(where: { not: {} }) { nodes { id } } }',
      '{ users(where: { not: {} }) { nodes { id } } }',
      '{ webhooks(where: { not: { name: null } }) { nodes { id } } }',
      '{ businessEvents(where: { not: {} }) { nodes { id } } }',
      '{ deliveries(where: { not: { status: {} } }) { nodes { id } } }',
      '{ viewer { webhooks(where: { not: {} }) { nodes { id } } } }',
      '{ viewer { requests(where: { not: {} }) { nodes { id } } } }',
      '{ webhooks { nodes { requests(where: { not: {} }) { nodes { id } } } } }',
      '{ webhooks { nodes { deliveries(where: { not: {} }) { nodes { id } } } } }',
    ]) {
      const { errors } = await app.ask(query);
      expect([query, errors?.[0]?.extensions.code]).toEqual([query, 'BAD_USER_INPUT']);
    }
  });

  test.each<[string, object, RegExp]>([
    ['where.id.in', { id: { in: Array(101).fill('req_1') } }, /101 entries; at most 100/],
    ['where.event.in', { event: { in: Array(101).fill('a') } }, /101 entries/],
    ['where.status.in', { status: { in: Array(101).fill('FAILED') } }, /101 entries/],
    ['where.responseStatus.in', { responseStatus: { in: Array(101).fill(1) } }, /101 entries/],
    ['where.or', { or: Array(101).fill({ status: { eq: 'FAILED' } }) }, /101 entries/],
    ['where.id.eq', { id: { eq: 'nonsense' } }, /"nonsense" is not the id of a WebhookRequestLog/],
    ['where.id.eq', { id: { eq: 'whk_00000000000070008000000000000000' } }, /is not the id of a WebhookRequestLog/],
    ['where.id.in', { id: { in: ['req_00000000000070008000000000000000', 'x'] } }, /"x" is not the id/],
    [
      'where.webhook.id.eq',
      { webhook: { id: { eq: 'req_00000000000070008000000000000000' } } },
      /is not the id of a Webhook/,
    ],
    ['where.event.eq', { event: { eq: 'a\u0000' } }, /never stored|ever stored/],
    ['where.event.in', { event: { in: ['a', '\ud800'] } }, /ever stored/],
    ['where.event.startsWith', { event: { startsWith: '\u0000' } }, /ever stored/],
    ['where.webhook.owner.name.eq', { webhook: { owner: { name: { eq: '\u0000' } } } }, /ever stored/],
  ])('a value that cannot be is refused at %s: %j', async (field, where, message) => {
    expect(await refusal({ where })).toEqual({
      code: 'BAD_USER_INPUT',
      field,
      message: expect.stringMatching(message),
    });
  });
});
