import { uuidOf } from '../../src/ids';
import { startTestApp, type TestApp } from '../support/app';
import { createTestWebhook } from '../support/webhooks';
import { seedManyAt, seedRequest } from './pages/seeded-log';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
});
afterAll(() => app.stop());

const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $where: WebhookRequestLogWhere,
    $orderBy: WebhookRequestLogOrder) {
  webhookRequestLogs(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {
    edges { cursor node { id } }
    nodes { id referenceDocument startedAt }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function list(args: object) {
  const { data, errors } = await app.ask(LIST, args);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.webhookRequestLogs;
}

async function refusal(args: object) {
  const { errors } = await app.ask(LIST, args);
  return {
    code: errors?.[0]?.extensions.code,
    field: errors?.[0]?.extensions.field?.join('.'),
    message: errors?.[0]?.message,
  };
}

const ids = (page: { nodes: { id: string }[] }) => page.nodes.map((node) => node.id);

describe('where', () => {
  const NOON = Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), 1, 12);
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
    expect(ids(page)).toEqual(wanted);
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

describe('pages', () => {
  const MONTH = Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), 2);
  const where = { referenceDocument: { eq: 'PAGED' } };
  const together = { referenceDocument: { eq: 'AT-ONCE' } };

  beforeAll(async () => {
    for (let i = 0; i < 60; i++)
      await seedRequest(app.database, { at: MONTH + Math.floor(i / 3), referenceDocument: 'PAGED' });
    await seedManyAt(app.database, MONTH + 5_000, 500, 'AT-ONCE');
  });

  async function allPages(args: object, size: number, backward: boolean): Promise<{ ids: string[]; pages: number }> {
    const found: string[] = [];
    let cursor: string | null = null;
    for (let pages = 1; ; pages++) {
      const slice: object = backward ? { last: size, before: cursor } : { first: size, after: cursor };
      const page = await list({ ...args, ...slice });
      expect(page.edges.map((edge: { node: { id: string } }) => edge.node.id)).toEqual(ids(page));
      expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor ?? null);
      expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
      expect(backward ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage).toBe(pages > 1);
      if (backward) found.unshift(...ids(page));
      else found.push(...ids(page));
      if (!(backward ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage)) return { ids: found, pages };
      cursor = backward ? page.pageInfo.startCursor : page.pageInfo.endCursor;
    }
  }

  test.each([
    ['newest first', undefined, false],
    ['newest first, from the end', undefined, true],
    ['oldest first', { field: 'STARTED_AT', direction: 'ASC' }, false],
    ['oldest first, from the end', { field: 'STARTED_AT', direction: 'ASC' }, true],
  ])('of 7 through 60 rows lose and repeat nothing: %s', async (_order, orderBy, backward) => {
    const whole = ids(await list({ where, orderBy, first: 100 }));
    expect(whole).toHaveLength(60);
    expect(await allPages({ where, orderBy }, 7, backward)).toEqual({ ids: whole, pages: 9 });
  });

  test.each([false, true])('nor through 500 rows of one millisecond (backward: %s)', async (backward) => {
    const { ids: found, pages } = await allPages({ where: together }, 99, backward);
    expect([found.length, new Set(found).size, pages]).toEqual([500, 500, 6]);
    expect([...found].sort().reverse()).toEqual(found);
  });

  test('end exactly where the rows do', async () => {
    const { ids: found, pages } = await allPages({ where }, 60, false);
    expect([found.length, pages]).toEqual([60, 1]);
  });

  test('are empty when nothing is there', async () => {
    expect(await list({ where: { referenceDocument: { eq: 'NONE' } } })).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  test('do not move when rows are added', async () => {
    const first = await list({ where, first: 10 });
    await seedRequest(app.database, { at: MONTH + 4_000, referenceDocument: 'PAGED', status: 'FAILED' });
    const second = await list({ where, first: 10, after: first.pageInfo.endCursor });
    expect(ids(first).filter((id) => ids(second).includes(id))).toEqual([]);
    const back = await list({ where, last: 10, before: second.pageInfo.startCursor });
    expect(ids(back)).toEqual(ids(first));
  });

  test('have 20 rows when nobody says how many', async () => {
    expect(ids(await list({ where }))).toHaveLength(20);
    expect(ids(await list({ where, first: null, last: null, after: null, before: null }))).toHaveLength(20);
    expect((await app.ask('{ webhookRequestLogs { nodes { id } } }')).data.webhookRequestLogs.nodes).toHaveLength(20);
  });

  test.each<[string, object, RegExp]>([
    ['first', { first: 0 }, /first is 0; it must be 1 to 100/],
    ['first', { first: -1 }, /first is -1/],
    ['first', { first: 101 }, /first is 101/],
    ['last', { last: 0 }, /last is 0; it must be 1 to 100/],
    ['last', { last: -1 }, /last is -1/],
    ['last', { last: 101 }, /last is 101/],
    ['last', { first: 5, last: 5 }, /first and last/],
  ])('of another size are refused: %s, %j', async (field, args, message) => {
    expect(await refusal(args)).toEqual({ code: 'BAD_USER_INPUT', field, message: expect.stringMatching(message) });
  });

  test('are read in one direction', async () => {
    const { startCursor, endCursor } = (await list({ where, first: 3 })).pageInfo;
    for (const [field, args] of [
      ['before', { first: 3, before: endCursor }],
      ['before', { before: endCursor }],
      ['after', { last: 3, after: startCursor }],
      ['before', { first: 3, after: startCursor, before: endCursor }],
    ] as const) {
      expect(await refusal(args)).toMatchObject({ code: 'BAD_USER_INPUT', field });
    }
  });

  test.each<[string, (cursor: string) => string | Promise<string>]>([
    ['empty', () => ''],
    ['garbage', () => 'garbage'],
    ['not base64', () => '\u0000😀'],
    ['truncated', (cursor) => cursor.slice(0, 20)],
    [
      'of another list',
      async () => (await app.ask('{ users { pageInfo { endCursor } } }')).data.users.pageInfo.endCursor,
    ],
    [
      'of the other order',
      async () => (await list({ first: 1, orderBy: { field: 'STARTED_AT', direction: 'ASC' } })).pageInfo.endCursor,
    ],
    ['an id', () => 'req_00000000000070008000000000000000'],
    ['forged without an id', () => Buffer.from('["WebhookRequestLog",null,null]').toString('base64url')],
    ['forged with SQL', () => Buffer.from(`["WebhookRequestLog","' or 1=1 --",null]`).toString('base64url')],
    [
      'forged with a value',
      (cursor) => {
        const [tag, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
        return Buffer.from(JSON.stringify([tag, id, 'x'])).toString('base64url');
      },
    ],
    ['forged as an object', () => Buffer.from('{}').toString('base64url')],
    ['forged as null', () => Buffer.from('null').toString('base64url')],
    ['very long', () => 'x'.repeat(100_000)],
  ])('after a cursor that is %s are refused', async (_what, forge) => {
    const cursor = await forge((await list({ first: 1 })).pageInfo.endCursor);
    expect(await refusal({ after: cursor })).toEqual({
      code: 'BAD_USER_INPUT',
      field: 'after',
      message: expect.stringMatching(/^after .* is not a cursor of this list in this order\.$/s),
    });
    expect(await refusal({ last: 1, before: cursor })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'before' });
  });
});

describe('totalCount', () => {
  const MONTH = Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), 3);
  const counted = async (referenceDocument: string) => {
    const where = { referenceDocument: { eq: referenceDocument } };
    const { data } = await app.ask(
      `query ($where: WebhookRequestLogWhere) {
        webhookRequestLogs(where: $where, first: 1) { totalCount totalCountIsExact }
        viewer { requests(where: $where, first: 1) { totalCount totalCountIsExact } }
      }`,
      { where },
    );
    return [data.webhookRequestLogs, data.viewer.requests];
  };

  beforeAll(async () => {
    await seedManyAt(app.database, MONTH, 10_000, 'EXACT');
    await seedManyAt(app.database, MONTH + 1, 10_001, 'MORE');
    await app.database.query('alter table webhook_request_logs disable trigger user');
    await app.database.query(
      `update webhook_request_logs set user_id = (select id from users where name = 'Administrator')
       where reference_document in ('EXACT', 'MORE')`,
    );
    await app.database.query('alter table webhook_request_logs enable trigger user');
  });

  test.each([
    ['NONE', 0, true],
    ['EXACT', 10_000, true],
    ['MORE', 10_000, false],
  ])('of %s is %s, exactly: %s', async (reference, totalCount, totalCountIsExact) => {
    const expected = { totalCount, totalCountIsExact };
    expect(await counted(reference)).toEqual([expected, expected]);
  });
});

describe('nodes', () => {
  let known: Record<string, string>;

  beforeAll(async () => {
    const { data } = await app.ask('{ viewer { id apiKeys { nodes { id } } } }');
    const webhook = await createTestWebhook(app, 'https://node.example/');
    const published = await app.ask(
      'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } } }',
      { input: { events: [{ documentType: 'A', event: 'b', referenceDocument: 'c', data: 1 }] } },
    );
    known = {
      User: data.viewer.id,
      ApiKey: data.viewer.apiKeys.nodes[0].id,
      Webhook: webhook.id,
      BusinessEvent: published.data.publishEvents.events[0].id,
      WebhookRequestLog: await seedRequest(app.database, {}),
    };
  });

  test('are found by their ids, whatever they are', async () => {
    for (const [type, id] of Object.entries(known)) {
      const { data } = await app.ask('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
      expect(data.node).toEqual({ __typename: type, id });
    }
  });

  test('come in the order asked for, null where there is none', async () => {
    const unknown = ['usr', 'key', 'whk', 'evt', 'dlv', 'req'].map(
      (prefix) => `${prefix}_00000000000070008000000000000000`,
    );
    const malformed = [
      '',
      'x',
      'req_',
      `req_${'0'.repeat(31)}`,
      `REQ_${'0'.repeat(32)}`,
      `abc_${'0'.repeat(32)}`,
      "' or 1=1",
      '\u0000',
    ];
    const swapped = known.User?.replace('usr_', 'whk_') ?? '';
    const asked = [...Object.values(known), ...unknown, ...malformed, swapped, ...Object.values(known).reverse()];
    const { data, errors } = await app.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: asked });
    expect(errors).toBeUndefined();
    const nothing = [...unknown, ...malformed, swapped].map(() => null);
    const found = Object.values(known).map((id) => ({ id }));
    expect(data.nodes).toEqual([...found, ...nothing, ...[...found].reverse()]);
  });

  test('may be a hundred at once, not more', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const ask = (count: number) => app.ask(query, { ids: Array(count).fill(known.Webhook) });
    expect((await ask(0)).data.nodes).toEqual([]);
    expect((await ask(100)).data.nodes).toHaveLength(100);
    expect((await ask(101)).errors?.[0]).toMatchObject({
      message: 'ids has 101 entries; at most 100 are taken.',
      extensions: { code: 'BAD_USER_INPUT', field: ['ids'] },
    });
  });

  test('of another type are not found by a field of one type', async () => {
    for (const field of ['user', 'webhook', 'businessEvent', 'delivery', 'webhookRequestLog']) {
      for (const [type, id] of Object.entries(known)) {
        if (type.toLowerCase() === field.toLowerCase()) continue;
        const { data, errors } = await app.ask(`query ($id: ID!) { ${field}(id: $id) { id } }`, { id });
        expect([field, type, data?.[field], errors]).toEqual([field, type, null, undefined]);
      }
    }
  });
});
