import { useTestApi } from '../../support/app';
import { eventText, inputOf, type Published, publishedEvent, publishVariables, RESULT, refusalOf } from './publishing';

const app = useTestApi();

const publishText = (variables: string, query?: string) => publishVariables(app, variables, query);

const refusal = (publishing: () => Promise<Published>) => refusalOf(app, publishing);

const eventOf = (published: Published, index?: number) => publishedEvent(app, published, index);

const MAX_PAYLOAD = 256 * 1024;

describe('data that a ledger cannot keep', () => {
  const item = (qty: string) => `{"items":[{"qty":${qty}}]}`;
  const QTY = ['items', '0', 'qty'];
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  test.each<[string, string, string[], RegExp]>([
    ['the character U+0000', item('"a\\u0000b"'), QTY, /U\+0000.*omit it/],
    ['half of a surrogate pair', item('"\\ud83d"'), QTY, /half of a surrogate pair/],
    ['a number beyond all doubles', item('1e999999'), QTY, /1e999999 does not fit a double.*as a string/],
    ['a whole number of 20 digits', item('12345678901234567890'), QTY, /12345678901234567890 does not fit/],
    ['a fraction of 20 digits', item('0.12345678901234567890'), QTY, /does not fit a double/],
    ['a key __proto__', item('{"__proto__":{"admin":true}}'), [...QTY, '__proto__'], /"__proto__".*rename it/],
    ['a key twice', '{"items":[{"qty":1,"qty":2}]}', QTY, /"qty" is repeated/],
    ['a key twice, once escaped', '{"items":[{"qty":1,"\\u0071ty":1}]}', QTY, /repeated in its object/],
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
        message: 'data is 262145 bytes; at most 262144 (256 KiB) are allowed.',
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
