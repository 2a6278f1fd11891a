import { useTestApi } from '../../support/app';
import { CHANGES_RECORDED } from '../../support/changes-recorded';
import { invoice } from '../../support/webhooks';
import {
  eventText,
  inputOf,
  PUBLISH,
  type Published,
  publishEvents,
  publishedEvent,
  publishVariables,
  refusalOf,
  rowCounts,
  userNameOf,
} from './publishing';

const app = useTestApi();

const publishText = (variables: string, query?: string) => publishVariables(app, variables, query);

const publish = (events: object[], key?: string) => publishEvents(app, events, key);

const refusal = (publishing: () => Promise<Published>) => refusalOf(app, publishing);

const eventOf = (published: Published, index?: number) => publishedEvent(app, published, index);

const nameOf = (key: string) => userNameOf(app, key);

const stored = () => rowCounts(app);

describe('the number of events', () => {
  test.each([1, 500])('%i events are taken, with ids that ascend in the order given', async (count) => {
    const references = Array.from({ length: count }, (_, n) => `N${count}-${n}`);
    const { events } = await publish(references.map((reference) => invoice(reference)));
    const ids = events?.map((event) => event.id) ?? [];
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(events?.every((event) => !event.duplicate)).toBe(true);
    const rows = await app.database.query<{ reference: string }>(
      'select reference_document as reference from business_events where reference_document like $1 order by id',
      [`N${count}-%`],
    );
    expect(rows.map((row) => row.reference)).toEqual(references);
  });

  test.each([
    [0, 'REQUIRED'],
    [501, 'TOO_LARGE'],
  ])('%i events are refused', async (count, code) => {
    const events = Array.from({ length: count }, (_, n) => invoice(`INV-${n}`));
    expect(await refusal(() => publish(events))).toEqual([
      { field: ['events'], code, message: `events has ${count} entries; 1 to 500 are allowed.` },
    ]);
  });

  test('one event that is not in a list is a list of one', async () => {
    const published = await publishText(`{"input":{"events":${eventText('{"a":1.0}')}}}`);
    expect((await eventOf(published)).dataBody.text).toBe('{"a":1.0}');
  });
});

describe('names', () => {
  const FIELDS = ['documentType', 'event', 'referenceDocument', 'user', 'idempotencyKey'];
  test.each<[string, string, string]>([
    ['empty', '', 'REQUIRED'],
    ['blank', ' \t\n', 'REQUIRED'],
    ['longer than 200 characters', 'x'.repeat(201), 'TOO_LARGE'],
    ['with U+0000', 'a\0b', 'INVALID'],
    ['with a line break', 'a\nb', 'INVALID'],
    ['with half of a surrogate pair', 'a\ud83d', 'INVALID'],
  ])('none may be %s', async (_title, value, code) => {
    const bad = invoice('INV-1', Object.fromEntries(FIELDS.map((field) => [field, value])));
    const errors = await refusal(() => publish([invoice('INV-0'), bad]));
    expect(errors.map((error) => [error.field, error.code])).toEqual(
      FIELDS.map((field) => [['events', '1', field], code]),
    );
    for (const [index, { message }] of errors.entries()) expect(message).toContain(`events.1.${FIELDS[index]}`);
  });

  test('200 characters are kept', async () => {
    const name = 'ß'.repeat(200);
    const event = Object.fromEntries(FIELDS.map((field) => [field, name]));
    const kept = await eventOf(await publish([invoice('', event)]));
    expect(kept).toMatchObject({ ...event, user: { name } });
  });
});

describe('who did it', () => {
  test('an unknown user becomes a User without roles or keys, once', async () => {
    const published = await publish([
      invoice('W-1', { user: 'clerk@example.com' }),
      invoice('W-2', { user: 'clerk@example.com' }),
      invoice('W-3', { user: 'other@example.com' }),
    ]);
    const users = await Promise.all([0, 1, 2].map(async (index) => (await eventOf(published, index)).user));
    expect(users[0]).toMatchObject({ name: 'clerk@example.com', roles: [], active: true, apiKeys: { totalCount: 0 } });
    expect(users[1]).toEqual(users[0]);
    expect(users[2]).toMatchObject({ name: 'other@example.com', roles: [] });
    const again = await publish([invoice('W-4', { user: 'clerk@example.com' })]);
    expect((await eventOf(again)).user.id).toBe(users[0].id);
  });

  test.each([
    ['left out', {}],
    ['null', { user: null }],
  ])('where the user is %s, it was the publisher', async (_title, more) => {
    const key = await app.keyFor('PUBLISHER');
    const published = await publish([invoice('W-5', more)], key);
    expect((await eventOf(published)).user).toMatchObject({ name: await nameOf(key), roles: ['PUBLISHER'] });
  });
});

describe('who may publish', () => {
  test.each(['PUBLISHER', 'SYSTEM_MANAGER'] as const)('%s', async (role) => {
    const published = await publish([invoice('MAY-1')], await app.keyFor(role));
    expect(published.events).toHaveLength(1);
  });

  test.each(['INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR'] as const)('not %s', async (role) => {
    const before = await stored();
    const key = await app.keyFor(role);
    const { data, errors } = await app.ask(PUBLISH, { input: { events: [invoice('MAY-2')] } }, key);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['publishEvents'], extensions: { code: 'FORBIDDEN' } }]);
    expect((await stored()).slice(0, 3)).toEqual(before.slice(0, 3));
  });

  test('not a caller without a key', async () => {
    const { errors } = await app.ask(PUBLISH, { input: { events: [invoice('MAY-3')] } }, null);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('each event has the key and the address that published it, and the audit trail has no entry', async () => {
    const entries = () => app.database.query(`select ${CHANGES_RECORDED} as entries`);
    const before = await entries();
    await publish([invoice('WHO-1'), invoice('WHO-2')]);
    expect(await entries()).toEqual(before);
    const rows = await app.database.query(
      `select e.remote_address as address, e.session_id as session, k.user_id = e.published_by as "isOwnKey"
       from business_events e left join api_keys k on k.id = e.api_key_id where reference_document like 'WHO-%'`,
    );
    expect(rows).toEqual(Array(2).fill({ address: '127.0.0.1', session: null, isOwnKey: true }));
  });
});

describe('idempotency keys', () => {
  const withKey = (idempotencyKey: string, more: object = {}) => invoice('KEY-1', { idempotencyKey, ...more });

  test('the same event under its key again is the first one, and nothing new', async () => {
    const first = await publish([withKey('again')]);
    const before = await stored();
    const second = await publish([withKey('again')]);
    expect(second.events).toEqual([{ id: first.events?.[0]?.id, duplicate: true }]);
    expect(await stored()).toEqual(before);
    expect((await eventOf(second)).idempotencyKey).toBe('again');
  });

  test('events with a known key and new ones keep their order in the answer', async () => {
    const first = await publish([withKey('mixed')]);
    const mixed = await publish([invoice('M-1'), withKey('mixed'), invoice('M-2')]);
    expect(mixed.events?.map((event) => event.duplicate)).toEqual([false, true, false]);
    expect(mixed.events?.[1]?.id).toBe(first.events?.[0]?.id);
    expect((await eventOf(mixed, 0)).referenceDocument).toBe('M-1');
    expect((await eventOf(mixed, 2)).referenceDocument).toBe('M-2');
  });

  test.each<[string, object]>([
    ['type', { documentType: 'Purchase Invoice' }],
    ['event', { event: 'on_cancel' }],
    ['reference', { referenceDocument: 'KEY-2' }],
    ['user', { user: 'another user' }],
    ['data', { data: { name: 'KEY-1', grand_total: 561.9 } }],
  ])('another %s under a key is a conflict, and the whole batch is refused', async (what, more) => {
    const key = `conflict-${what}`;
    await publish([withKey(key)]);
    const errors = await refusal(() =>
      publish([invoice('C-1', { idempotencyKey: `new-${what}` }), withKey(key, more)]),
    );
    expect(errors).toEqual([
      {
        field: ['events', '1', 'idempotencyKey'],
        code: 'CONFLICT',
        message: `The idempotency key "${key}" was used for another event: use a new key.`,
      },
    ]);
  });

  test('every conflict of a batch is named', async () => {
    await publish([withKey('first'), withKey('second', { referenceDocument: 'KEY-2' })]);
    const errors = await refusal(() => publish([withKey('second'), withKey('new'), withKey('first', { event: 'x' })]));
    expect(errors.map((error) => error.field.join('.'))).toEqual([
      'events.0.idempotencyKey',
      'events.2.idempotencyKey',
    ]);
  });

  test('one key for two different events of a batch is a conflict of the second', async () => {
    const errors = await refusal(() => publish([withKey('twice'), withKey('twice', { event: 'on_cancel' })]));
    expect(errors).toMatchObject([{ field: ['events', '1', 'idempotencyKey'], code: 'CONFLICT' }]);
  });

  test('the text of the data counts, not only its value', async () => {
    const event = (data: string) =>
      `{"documentType":"A","event":"b","referenceDocument":"C","idempotencyKey":"text","data":${data}}`;
    await publishText(inputOf(event('{"a":1.0}')));
    const same = await publishText(inputOf(event(' {"a":1.0} ')));
    expect(same.events?.[0]?.duplicate).toBe(true);
    const errors = await refusal(() => publishText(inputOf(event('{"a":1.00}'))));
    expect(errors).toMatchObject([{ code: 'CONFLICT' }]);
  });

  test('the name of the publisher written out is the publisher left out', async () => {
    const key = await app.keyFor('PUBLISHER');
    await publish([withKey('me')], key);
    expect((await publish([withKey('me', { user: await nameOf(key) })], key)).events?.[0]?.duplicate).toBe(true);
  });

  test('two publishers may use the same key', async () => {
    const [one, other] = [await app.keyFor('PUBLISHER'), await app.keyFor('PUBLISHER')];
    const first = await publish([withKey('own')], one);
    const second = await publish([withKey('own', { event: 'on_cancel' })], other);
    expect(second.events?.[0]).toMatchObject({ duplicate: false });
    expect(second.events?.[0]?.id).not.toBe(first.events?.[0]?.id);
  });

  test('a key that was refused with its batch is free again', async () => {
    await refusal(() => publishText(inputOf(eventText('1e400'), JSON.stringify(withKey('free')))));
    expect((await publish([withKey('free', { event: 'on_cancel' })])).events?.[0]?.duplicate).toBe(false);
  });
});
