// Calls of publishEvents at the same moment share a transaction, and each is answered for itself.
import { Client } from 'pg';
import type { Role } from '../../src/access/viewer';
import { createDataSource } from '../../src/database/data-source';
import { InputError } from '../../src/errors/errors';
import type { NewEvent } from '../../src/events/event-faults';
import { type PublishResult, publishCalls } from '../../src/events/publish-events';
import { askAt, useTestApi } from '../support/app';
import { waitFor } from '../support/wait-for';
import { invoice } from '../support/webhooks';

const app = useTestApi();

const PUBLISH = `mutation ($input: PublishEventsInput!) {
  publishEvents(input: $input) { events { id duplicate } userErrors { field code } }
}`;

const publish = (events: object[], key = app.adminKey) => askAt(app.url, PUBLISH, { input: { events } }, key);

async function countOf(reference: string): Promise<number> {
  const sql = 'select count(*)::int as n from business_events where reference_document like $1';
  return (await app.database.query<{ n: number }>(sql, [reference]))[0]?.n ?? 0;
}

test('calls of the same moment have fewer transactions than calls, and each event has its publisher', async () => {
  const references = Array.from({ length: 200 }, (_, n) => `SHARED-${n}`);
  const answers = await Promise.all(references.map((name) => publish([invoice(name, { idempotencyKey: name })])));
  const ids = answers.map((answer) => answer.data.publishEvents.events[0].id);
  expect(new Set(ids).size).toBe(200);
  const [row] = await app.database.query<{ transactions: number }>(
    `select count(distinct xmin::text)::int as transactions from business_events
     where reference_document like 'SHARED-%'`,
  );
  expect(row?.transactions).toBeLessThan(200);
  const [known] = await app.database.query<{ n: number }>(
    `select count(*)::int as n from business_events e join api_keys k on k.id = e.api_key_id and k.user_id = e.published_by
     where e.reference_document like 'SHARED-%' and e.remote_address = '127.0.0.1'`,
  );
  expect(known?.n).toBe(200);
});

test('bad calls fail alone', async () => {
  await publish([invoice('USED', { idempotencyKey: 'used' })]);
  const bad = [
    [invoice('BAD-1', { idempotencyKey: 'used' })],
    [invoice('BAD-2', { causedBy: 'dlv_00000000000000000000000000000000' })],
    [invoice('BAD-3'), invoice('BAD-3', { data: { text: 'x'.repeat(300 * 1024) } })],
    [invoice('BAD-4', { idempotencyKey: 'new' }), invoice('BAD-4', { idempotencyKey: 'used' })],
  ];
  const good = Array.from({ length: 40 }, (_, n) => [invoice(`GOOD-${n}`), invoice(`GOOD-${n}`)]);
  const [refused, accepted] = await Promise.all([
    Promise.all(bad.map((events) => publish(events))),
    Promise.all(good.map((events) => publish(events))),
  ]);
  expect(refused.map(({ data }) => data.publishEvents)).toEqual([
    { events: null, userErrors: [{ field: ['events', '0', 'idempotencyKey'], code: 'CONFLICT' }] },
    { events: null, userErrors: [{ field: ['events', '0', 'causedBy'], code: 'INVALID' }] },
    { events: null, userErrors: [{ field: ['events', '1', 'data'], code: 'TOO_LARGE' }] },
    { events: null, userErrors: [{ field: ['events', '1', 'idempotencyKey'], code: 'CONFLICT' }] },
  ]);
  expect(accepted.map(({ data }) => data.publishEvents.userErrors)).toEqual(good.map(() => []));
  expect([await countOf('GOOD-%'), await countOf('BAD-%')]).toEqual([80, 0]);
});

describe('in one transaction', () => {
  const event = (reference: string, idempotencyKey: string): NewEvent => {
    const data = { text: '{}', bytes: 2, problems: [] };
    return {
      documentType: 'Nobody',
      event: 'x',
      referenceDocument: reference,
      data,
      user: null,
      idempotencyKey,
      causedBy: null,
    };
  };

  async function published(...calls: NewEvent[][]): Promise<PublishResult[]> {
    const source = await createDataSource(app.database.servingUrl, { name: 'test', poolSize: 1 }).initialize();
    try {
      const [who] = await app.database.query<{ userId: string; name: string; apiKeyId: string }>(
        `select u.id as "userId", u.name, k.id as "apiKeyId" from users u join api_keys k on k.user_id = u.id limit 1`,
      );
      if (!who) throw new Error('there is no user with a key');
      const from = { sessionId: null, remoteAddress: null, userAgent: null, requestId: 'test' };
      const publisher = { ...who, roles: new Set<Role>(['PUBLISHER']), ...from };
      return await source.transaction((db) =>
        publishCalls(
          db,
          calls.map((events) => ({ publisher, events, traceparent: null })),
        ),
      );
    } finally {
      await source.destroy();
    }
  }

  test('the second of two calls with the same event gets the id of the first', async () => {
    const [first, second] = await published([event('TWICE', 'twice')], [event('TWICE', 'twice')]);
    expect(first).toEqual([{ id: expect.any(String), duplicate: false }]);
    expect(second).toEqual([{ id: (first as { id: string }[])[0]?.id, duplicate: true }]);
    expect(await countOf('TWICE')).toBe(1);
  });

  test('a key of a refused call is free for the next call', async () => {
    await published([event('TAKEN', 'taken')]);
    const [refused, next] = await published(
      [event('REFUSED', 'free'), event('REFUSED', 'taken')],
      [event('NEXT', 'free')],
    );
    expect(refused).toBeInstanceOf(InputError);
    expect(next).toMatchObject([{ duplicate: false }]);
    expect([await countOf('REFUSED'), await countOf('NEXT')]).toEqual([0, 1]);
  });

  // in another order than another transaction, both would wait for each other
  test.each<[string, string, (name: string) => Partial<NewEvent>]>([
    [
      'keys',
      `insert into idempotency_keys (user_id, key, event_id, content_hash, created_at)
       select id, $1, gen_random_uuid(), '', now() from users where name = 'Administrator'`,
      (idempotencyKey) => ({ idempotencyKey }),
    ],
    [
      'new users',
      `insert into users (id, name, roles, active, created_at, updated_at) values (new_id(), $1, '{}', true, now(), now())`,
      (user) => ({ user }),
    ],
  ])('%s are written in one order, whatever that of the calls', async (what, insert, change) => {
    const [holding, beside] = [0, 1].map(() => new Client({ connectionString: app.database.superuserUrl })) as [
      Client,
      Client,
    ];
    await Promise.all([holding.connect(), beside.connect()]);
    await holding.query('begin');
    await holding.query(insert, [`a ${what}`]);
    const calls = ['b', 'a'].map((name) => [
      { ...event(`ORDER-${name}`, `${name} ${what}`), ...change(`${name} ${what}`) },
    ]);
    const waiting = published(...calls);
    await waitFor('the transaction to wait', async () => {
      const sql = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return (await app.database.query(sql)).length > 0;
    });
    // it has not written what comes after what it waits for, and so nobody waits for it
    await beside.query(`begin; set local lock_timeout to '1s'`);
    await beside.query(insert, [`b ${what}`]);
    await beside.query('rollback');
    await holding.query('rollback');
    expect(await waiting).toMatchObject([[{ duplicate: false }], [{ duplicate: false }]]);
    await Promise.all([holding.end(), beside.end()]);
  });
});

describe('while another transaction holds an idempotency key', () => {
  let other: Client;

  // as publish_event() does for as long as the transaction of its caller is open
  beforeAll(async () => {
    other = new Client({ connectionString: app.database.servingUrl });
    await other.connect();
    await other.query('begin');
    await other.query(
      `insert into idempotency_keys (user_id, key, event_id, content_hash, created_at)
       select id, 'held', gen_random_uuid(), '', now() from users where name = 'Administrator'`,
    );
  });
  afterAll(() => other.end());

  test('calls with other keys are accepted, and the call with this key is asked to try again', async () => {
    const held = publish([invoice('HELD', { idempotencyKey: 'held' })]);
    const others = Array.from({ length: 50 }, (_, n) =>
      publish([invoice(`FREE-${n}`, { idempotencyKey: `free-${n}` })]),
    );
    expect((await Promise.all(others)).map(({ data }) => data.publishEvents.userErrors)).toEqual(others.map(() => []));
    const { status, errors } = await held;
    expect([status, errors?.[0]?.extensions.code]).toEqual([503, 'UNAVAILABLE']);
    expect(errors?.[0]?.message).toContain('has not ended. Try again.');
    expect(await countOf('HELD')).toBe(0);
  });

  test('the call with this key is accepted soon after the other transaction has rolled back', async () => {
    const held = publish([invoice('HELD', { idempotencyKey: 'held' })]);
    await publish([invoice('FREE')]);
    await other.query('rollback');
    expect((await held).data.publishEvents).toMatchObject({ events: [{ duplicate: false }], userErrors: [] });
    expect(await countOf('HELD')).toBe(1);
  });

  test.each([
    ['key is revoked', `update api_keys set revoked_at = now() where label = 'test'`, [200, 'UNAUTHENTICATED']],
    ['role is taken', `update users set roles = '{SUPPORT}' where roles = '{PUBLISHER}'`, [200, 'FORBIDDEN']],
  ])('a call whose %s while it waits publishes nothing', async (_what, change, expected) => {
    const key = await app.keyFor('PUBLISHER');
    await other.query('begin');
    await other.query(
      `insert into idempotency_keys (user_id, key, event_id, content_hash, created_at)
       select user_id, 'waits', gen_random_uuid(), '', now() from api_keys where label = 'test' and revoked_at is null`,
    );
    const waits = publish([invoice('WAITS', { idempotencyKey: 'waits' })], key);
    await waitFor('the key to be read', async () => {
      const unused = await app.database.query(`select from api_keys where label = 'test' and last_used_at is null`);
      return unused.length === 0;
    });
    await app.database.query(change);
    const [changed] = await app.database.query<{ at: string }>('select clock_timestamp()::text as at');
    // a transaction that had read the key before ends after 20 ms, for which it waits for the lock, and is tried again
    await waitFor('transactions from before to end', async () => {
      const old = await app.database.query(
        `select from pg_stat_activity where datname = current_database() and application_name like 'hookledger %'
         and xact_start <= '${changed?.at}'`,
      );
      return old.length === 0;
    });
    await other.query('rollback');
    const { status, errors } = await waits;
    expect([status, errors?.[0]?.extensions.code]).toEqual(expected);
    expect(await countOf('WAITS')).toBe(0);
  });
});

test('while another transaction makes a user, a call for this user is told so, and those for others are accepted', async () => {
  const other = new Client({ connectionString: app.database.servingUrl });
  await other.connect();
  await other.query('begin');
  await other.query(
    `insert into users (id, name, roles, active, created_at, updated_at)
     values (gen_random_uuid(), 'new@example.com', '{}', true, now(), now())`,
  );
  const held = publish([invoice('OF-NEW-USER', { user: 'new@example.com' })]);
  const others = await Promise.all(
    Array.from({ length: 10 }, (_, n) => publish([invoice(`OF-OTHER-${n}`, { user: `other-${n}@example.com` })])),
  );
  expect(others.map(({ data }) => data.publishEvents.userErrors)).toEqual(others.map(() => []));
  const { status, errors } = await held;
  await other.end();
  expect([status, errors?.[0]?.extensions.code]).toEqual([503, 'UNAVAILABLE']);
  expect(errors?.[0]?.message).toBe(
    'Another transaction publishes with one of these idempotency keys, or is the first to publish for one of these users, and has not ended. Try again.',
  );
});
