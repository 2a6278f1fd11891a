import { useTestApp } from '../../support/app';
import { idsOf, listRefusal, listRequests } from './request-list';
import { seedManyAt, seedRequest } from './seeded-log';

const app = useTestApp({ PROCESSES: 'api' });

const list = (args: object) => listRequests(app, args);

const refusal = (args: object) => listRefusal(app, args);

const DAY_MS = 24 * 3_600_000;
/** The beginning of yesterday: nothing begins in the future. */
const YESTERDAY = (Math.floor(Date.now() / DAY_MS) - 1) * DAY_MS;

describe('pages', () => {
  const where = { referenceDocument: { eq: 'PAGED' } };

  beforeAll(async () => {
    for (let i = 0; i < 60; i++)
      await seedRequest(app.database, { at: YESTERDAY + Math.floor(i / 3), referenceDocument: 'PAGED' });
  });

  async function allPages(args: object, size: number, backward: boolean): Promise<{ ids: string[]; pages: number }> {
    const found: string[] = [];
    let cursor: string | null = null;
    for (let pages = 1; ; pages++) {
      const slice: object = backward ? { last: size, before: cursor } : { first: size, after: cursor };
      const page = await list({ ...args, ...slice });
      expect(page.edges.map((edge: { node: { id: string } }) => edge.node.id)).toEqual(idsOf(page));
      expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor ?? null);
      expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
      expect(backward ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage).toBe(pages > 1);
      if (backward) found.unshift(...idsOf(page));
      else found.push(...idsOf(page));
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
    const whole = idsOf(await list({ where, orderBy, first: 100 }));
    expect(whole).toHaveLength(60);
    expect(await allPages({ where, orderBy }, 7, backward)).toEqual({ ids: whole, pages: 9 });
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

  test('have 20 rows by default', async () => {
    expect(idsOf(await list({ where }))).toHaveLength(20);
    expect(idsOf(await list({ where, first: null, last: null, after: null, before: null }))).toHaveLength(20);
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
    await seedManyAt(app.database, YESTERDAY + 10_000, 10_000, 'EXACT');
    await seedManyAt(app.database, YESTERDAY + 10_001, 10_001, 'MORE');
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
