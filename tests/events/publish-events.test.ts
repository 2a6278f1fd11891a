import { keyIdOf } from '../../src/users/api-key';
import { startTestApp, type TestApp } from '../support/app';
import { invoice } from '../support/webhooks';

const KIB = 1024;
const MAX_PAYLOAD = 256 * KIB;

interface Published {
  events: { id: string; duplicate: boolean }[] | null;
  userErrors: { field: string[]; code: string; message: string }[];
}

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
});
afterAll(() => app.stop());

const RESULT = '{ events { id duplicate } userErrors { field code message } }';
const PUBLISH = `mutation ($input: PublishEventsInput!) { publishEvents(input: $input) ${RESULT} }`;

/** Sends the variables as they are written here: JSON.stringify would mend what must arrive broken. */
async function publishText(variables: string, query = PUBLISH, key = app.adminKey): Promise<Published> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data.publishEvents;
}

/** One event whose data is this text. */
const eventText = (data: string, reference = 'INV-1') =>
  `{"documentType":"Sales Invoice","event":"on_submit","referenceDocument":"${reference}","data":${data}}`;
const inputOf = (...events: string[]) => `{"input":{"events":[${events.join(',')}]}}`;
const publish = (events: object[], key?: string) => publishText(JSON.stringify({ input: { events } }), PUBLISH, key);

async function countOf(table: string): Promise<number> {
  const [row] = await app.database.query<{ n: number }>(`select count(*)::int as n from ${table}`);
  return row?.n ?? 0;
}

const stored = async () => [
  await countOf('business_events'),
  await countOf('payloads'),
  await countOf('idempotency_keys'),
  await countOf('users'),
];

/** @returns what the publish was refused for, after looking that it left nothing behind */
async function refusal(publishing: () => Promise<Published>): Promise<Published['userErrors']> {
  const before = await stored();
  const { events, userErrors } = await publishing();
  expect(events).toBeNull();
  expect(await stored()).toEqual(before);
  return userErrors;
}

async function eventOf(published: Published, index = 0) {
  expect(published.userErrors).toEqual([]);
  const { data } = await app.ask(
    `query ($id: ID!) { businessEvent(id: $id) {
      documentType event referenceDocument idempotencyKey data dataBody { text bytes contentType truncated }
      user { id name roles active apiKeys { totalCount } }
    } }`,
    { id: published.events?.[index]?.id },
  );
  return data.businessEvent;
}

/** A publisher may not read, so the name is looked up behind the key. */
async function nameOf(key: string): Promise<string | undefined> {
  const sql = 'select u.name from users u join api_keys k on k.user_id = u.id where k.key_id = $1';
  return (await app.database.query<{ name: string }>(sql, [keyIdOf(key)]))[0]?.name;
}

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
      { field: ['events'], code, message: `events has ${count} entries; it takes 1 to 500.` },
    ]);
  });

  test('one event that is not in a list is a list of one', async () => {
    const published = await publishText(`{"input":{"events":${eventText('{"a":1.0}')}}}`);
    expect((await eventOf(published)).dataBody.text).toBe('{"a":1.0}');
  });
});

describe('data that a ledger cannot keep', () => {
  const item = (qty: string) => `{"items":[{"qty":${qty}}]}`;
  const QTY = ['items', '0', 'qty'];
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  test.each<[string, string, string[], RegExp]>([
    ['the character U+0000', item('"a\\u0000b"'), QTY, /U\+0000.*leave it out/],
    ['half of a surrogate pair', item('"\\ud83d"'), QTY, /half of a surrogate pair/],
    ['a number beyond all doubles', item('1e999999'), QTY, /1e999999 does not fit a double.*as a string/],
    ['a whole number of 20 digits', item('12345678901234567890'), QTY, /12345678901234567890 does not fit/],
    ['a fraction of 20 digits', item('0.12345678901234567890'), QTY, /does not fit a double/],
    ['a key __proto__', item('{"__proto__":{"admin":true}}'), [...QTY, '__proto__'], /"__proto__".*rename it/],
    ['a key twice', '{"items":[{"qty":1,"qty":2}]}', QTY, /"qty" stands more than once/],
    ['a key twice, once escaped', '{"items":[{"qty":1,"\\u0071ty":1}]}', QTY, /more than once/],
    ['a key with U+0000', '{"items":[{"a\\u0000":1}]}', ['items', '0', 'a\0'], /U\+0000/],
    ['101 levels', nested(101), Array(100).fill('0'), /more than 100 levels deep/],
    ['10,000 levels', item(nested(10_000)), [...QTY, ...Array(97).fill('0')], /more than 100 levels deep/],
    ['100,000 levels', item(`"x","big":${nested(100_000)}`), ['items', '0', 'big', ...Array(97).fill('0')], /levels/],
    ['a bare number', '1e400', [], /1e400 does not fit/],
  ])('%s is refused, and its place named', async (_title, data, path, message) => {
    const good = eventText('{"qty":1}');
    const errors = await refusal(() => publishText(inputOf(good, good, good, eventText(data), good)));
    expect(errors).toEqual([
      {
        field: ['events', '3', 'data', ...path],
        code: /levels/.test(message.source) ? 'TOO_LARGE' : 'INVALID',
        message: expect.stringMatching(message),
      },
    ]);
  });

  test.each<[string, string]>([
    ['in letters of one byte', JSON.stringify('x'.repeat(MAX_PAYLOAD - 1))],
    ['in letters of two bytes', JSON.stringify(`${'é'.repeat(MAX_PAYLOAD / 2 - 1)}x`)],
    ['of white space', `{"a":${' '.repeat(MAX_PAYLOAD - 6)}1}`],
    ['that has other faults too', `"\\u0000${'x'.repeat(MAX_PAYLOAD - 7)}"`],
  ])('256 KiB and one byte, %s, is refused', async (_title, data) => {
    const errors = await refusal(() => publishText(inputOf(eventText('1'), eventText(data))));
    expect(errors).toEqual([
      {
        field: ['events', '1', 'data'],
        code: 'TOO_LARGE',
        message: 'data is 262145 bytes; at most 262144 (256 KiB) are taken.',
      },
    ]);
  });

  test('every bad event of a batch is named, with all its faults', async () => {
    const good = eventText('1.0');
    const errors = await refusal(() =>
      publishText(
        inputOf(
          eventText('{"a":1e400,"b":"\\u0000"}'),
          good,
          eventText('{"c":{"d":1,"d":2}}'),
          good,
          eventText(nested(101)),
        ),
      ),
    );
    expect(errors.map((error) => error.field.slice(0, 5).join('.'))).toEqual([
      'events.0.data.a',
      'events.0.data.b',
      'events.2.data.c.d',
      'events.4.data.0.0',
    ]);
  });

  test('every bad event is named, be there 500 of them or one with many faults before others', async () => {
    const all = await refusal(() => publishText(inputOf(...Array<string>(500).fill(eventText('{"a":[1e400,1e400]}')))));
    expect(new Set(all.map((error) => error.field[1])).size).toBe(500);
    const many = eventText(`[${Array(50).fill('1e400').join(',')}]`);
    const mixed = await refusal(() => publishText(inputOf(...Array<string>(20).fill(many), eventText('1e400'))));
    expect(mixed.filter((error) => error.field[1] === '20')).toHaveLength(1);
    expect(mixed.length).toBeLessThanOrEqual(21 + 100);
  });

  test('one variable that stands for the data of 500 events must not make more than 16 MiB', async () => {
    const query = `mutation ($e: PublishEventInput!) { publishEvents(input: { events: [${'$e '.repeat(500)}] }) ${RESULT} }`;
    const event = (bytes: number) => `{"e":${eventText(JSON.stringify('x'.repeat(bytes - 2)))}}`;
    expect(await refusal(() => publishText(event(40_000), query))).toEqual([
      {
        field: ['events'],
        code: 'TOO_LARGE',
        message: expect.stringMatching(/exceeds 16777216 bytes \(16 MiB\)/),
      },
    ]);
    const { events } = await publishText(event(1_000), query);
    expect(events).toHaveLength(500);
  });

  test.each(['a variable', 'a literal'])('null as data in %s is no JSON document', async (where) => {
    const data = where === 'a variable' ? '$data' : 'null';
    const query = `mutation ($data: JSON) { publishEvents(input: { events: [
      { documentType: "A", event: "b", referenceDocument: "C", data: ${data} }
    ] }) ${RESULT} }`;
    await expect(publishText('{"data":null}', query)).rejects.toThrow(
      /"code":"(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)"/,
    );
  });
});

describe('data that is kept', () => {
  const level = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  test.each<[string, string]>([
    ['decimals with their zeros', '{"price":1.0,"total":100.00,"rate":1e2,"none":-0.0}'],
    ['keys in their order', '{"z":1,"a":2,"10":3,"9":4,"constructor":5,"":6}'],
    ['white space', '{ "a" :\t[ 1 ,\n 2 ] ,\r\n "b":{ } }'],
    ['escapes and letters', '{"e":"\\u00e9 é \\/ / \\ud83d\\ude00 😀","نوع":"فاتورة\\u2028"}'],
    ['a bare text', '"just a text"'],
    ['a bare number', '100.00'],
    ['false', 'false'],
    ['an empty list', '[]'],
    ['100 levels', level(100)],
    ['256 KiB exactly', JSON.stringify('x'.repeat(MAX_PAYLOAD - 2))],
    ['256 KiB exactly, in letters of two bytes', JSON.stringify('é'.repeat(MAX_PAYLOAD / 2 - 1))],
  ])('%s: the text comes back as it was written', async (_title, text) => {
    const event = await eventOf(await publishText(inputOf(eventText(text))));
    expect(event.dataBody).toEqual({
      text,
      bytes: Buffer.byteLength(text),
      contentType: 'application/json',
      truncated: false,
    });
    // the answer is JSON again, which has lost what a double does not keep, such as the sign of -0.0
    expect(JSON.stringify(event.data)).toBe(JSON.stringify(JSON.parse(text)));
  });

  test('white space around the data is not part of it', async () => {
    expect((await eventOf(await publishText(inputOf(eventText(' \n{"a": 1.0}\t'))))).dataBody.text).toBe('{"a": 1.0}');
  });

  test.each<[string, string, string, string]>([
    [
      'a literal',
      '',
      '{ total: 100.00, tags: ["a", null, true], on: {} }',
      '{"total":100.00,"tags":["a",null,true],"on":{}}',
    ],
    [
      'a literal with variables in it',
      '($x: JSON, $n: JSON)',
      '{ a: $x, b: [$x, $n], c: $y }',
      '{"a":{ "k": 1.0 },"b":[{ "k": 1.0 },2.50]}',
    ],
    ['a variable', '($x: JSON!)', '$x', '{ "k": 1.0 }'],
    ["a variable's default", '($d: JSON! = {rate: 1.50})', '$d', '{"rate":1.50}'],
  ])('%s in the query is kept as exactly as one variable for all', async (_title, defined, data, text) => {
    const names = defined.replace(')', data.includes('$y') ? ', $y: JSON)' : ')');
    const query = `mutation ${names} { publishEvents(input: { events: [
      { documentType: "A", event: "b", referenceDocument: "C", data: ${data} }
    ] }) ${RESULT} }`;
    const published = await publishText('{"x":{ "k": 1.0 },"n":2.50}', query);
    expect((await eventOf(published)).dataBody.text).toBe(text);
  });

  test('each event keeps its own text, whether it stands in the query or in a variable', async () => {
    const query = `mutation ($a: PublishEventInput!, $b: JSON!) { publishEvents(input: { events: [
      $a, { documentType: "A", event: "b", referenceDocument: "C", data: $b },
      { documentType: "A", event: "b", referenceDocument: "C", data: 3.0 }
    ] }) ${RESULT} }`;
    const published = await publishText(`{"b":2.0,"a":${eventText('1.0')}}`, query);
    const texts = [0, 1, 2].map(async (index) => (await eventOf(published, index)).dataBody.text);
    expect(await Promise.all(texts)).toEqual(['1.0', '2.0', '3.0']);
  });

  test.each([
    ['{ a: 1e999999 }', '', ['a']],
    ['{ a: [$bad] }', '($bad: JSON)', ['a', '0', 'n']],
    ['{ a: WORD }', '', ['a']],
  ])('the faults of the literal %s have a path too', async (literal, defined, path) => {
    const query = `mutation ${defined} { publishEvents(input: { events: [
      { documentType: "A", event: "b", referenceDocument: "C", data: ${literal} }
    ] }) ${RESULT} }`;
    const errors = await refusal(() => publishText('{"bad":{"n":12345678901234567890}}', query));
    expect(errors).toMatchObject([{ field: ['events', '0', 'data', ...path], code: 'INVALID' }]);
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
    ['user', { user: 'somebody else' }],
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

  test('not whoever has no key', async () => {
    const { errors } = await app.ask(PUBLISH, { input: { events: [invoice('MAY-3')] } }, null);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('the audit names the publisher once for a batch, and not at all for what was there already', async () => {
    const entries = () =>
      app.database.query<{ details: string }>(
        `select details from audit_entries where action = 'events.published' order by id`,
      );
    const before = (await entries()).length;
    const batch = [invoice('AUD-1', { idempotencyKey: 'audit' }), invoice('AUD-2', { idempotencyKey: 'audit-2' })];
    await publish(batch);
    await publish(batch);
    const after = await entries();
    expect(after).toHaveLength(before + 1);
    expect(JSON.parse(after.at(-1)?.details ?? '')).toEqual({ count: 2 });
  });
});
