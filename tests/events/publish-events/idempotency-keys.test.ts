import { shareTestApi, type TestApp } from '../../support/app';
import { invoice } from '../../support/webhooks';
import {
  eventText,
  inputOf,
  type Published,
  publishEvents,
  publishedEvent,
  publishVariables,
  refusalOf,
  rowCounts,
  userNameOf,
} from './publishing';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

const publishText = (variables: string, query?: string) => publishVariables(app, variables, query);

const publish = (events: object[], key?: string) => publishEvents(app, events, key);

const refusal = (publishing: () => Promise<Published>) => refusalOf(app, publishing);

const eventOf = (published: Published, index?: number) => publishedEvent(app, published, index);

const nameOf = (key: string) => userNameOf(app, key);

const stored = () => rowCounts(app);

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
