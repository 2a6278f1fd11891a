import { leafWord } from '../../../src/request-log/search/index-terms';
import { useTestApp } from '../../support/app';
import { findRequests, indexed, refusalOf, seedSearched } from './searched-log';

const app = useTestApp();

// What `data` and `response` find in JSON, and which attacks on them fail.

let support: string;

const BODIES: Record<string, unknown> = {
  order: {
    customer: 'ACME',
    total: 100,
    paid: true,
    discount: null,
    items: [
      { sku: 'A-1', qty: 2 },
      { sku: 'B-2', qty: 5 },
    ],
    tags: ['new', 'big'],
    address: { city: 'Riyadh', geo: { lat: 24.7, points: [[1, 2], [3]] } },
  },
  small: { customer: 'ACME', total: 5, paid: false, items: [{ sku: 'A-1', qty: 5 }], tags: [] },
  other: { customer: 'acme', customerName: 'ACME', total: '100', items: [] },
  keys: { 'a key': { 'dotted.key': 1, 'q"uote': 'x', مفتاح: 'قيمة', '': 'empty', $: 'dollar', '[*]': 'star' } },
  list: ['ACME', { customer: 'ACME' }, 7],
  scalar: 'ACME',
  proto: JSON.parse('{"__proto__":{"polluted":"yes"},"constructor":"c"}'),
  huge: { rows: Array.from({ length: 9_000 }, (_, n) => ({ n, last: n === 8_999 })) },
  exponent: Buffer.from('{"value":1e0,"big":12345678901234567890,"tiny":1.0,"bomb":1e131071}'),
  spaces: Buffer.from('  {"value" : 1.0 , "customer":"\\u0041CME2" }\n'),
  nul: Buffer.from('{"customer":"NUL\\u0000","word":"kept"}'),
  twice: Buffer.from('{"customer":"first","customer":"last"}'),
  deep: Buffer.from(`{"customer":"DEEP","x":${'['.repeat(5_000)}1${']'.repeat(5_000)}}`),
  binary: Buffer.from([0xff, 0x7b, 0x7d]),
  text: Buffer.from('customer: ACME'),
};
/** Ids by the name of what they have as payload (or, after `r:`, as response). */
const ids: Record<string, string> = {};

beforeAll(async () => {
  support = await app.keyFor('SUPPORT');
  const at = Date.now() - 60_000;
  for (const [index, [name, body]] of Object.entries(BODIES).entries()) {
    ids[name] = await seedSearched(app.database, { at: at + index, data: body, referenceDocument: name });
    ids[`r:${name}`] = await seedSearched(app.database, {
      at: at + 1_000 + index,
      response: body,
      referenceDocument: name,
    });
  }
  await indexed(app);
});

async function found(where: object): Promise<string[]> {
  const nodes = await findRequests(app, where);
  return nodes.map((id) => Object.keys(ids).find((name) => ids[name] === id) as string);
}

const CONTAINED: [string, unknown, string[]][] = [
  ['a text at a key', { customer: 'ACME' }, ['order', 'small']],
  ['two keys', { customer: 'ACME', paid: false }, ['small']],
  ['a number', { total: 100 }, ['order']],
  ['not its digits as text', { total: '100' }, ['other']],
  ['a boolean', { paid: true }, ['order']],
  ['null', { discount: null }, ['order']],
  ['an element of a list', { tags: ['big'] }, ['order']],
  ['elements in any order', { tags: ['big', 'new'] }, ['order']],
  ['not an element without its list', { tags: 'big' }, []],
  ['one element with both', { items: [{ sku: 'A-1', qty: 5 }] }, ['small']],
  ['two elements with one each', { items: [{ sku: 'A-1' }, { qty: 5 }] }, ['order', 'small']],
  ['not an object for a list of them', { items: { sku: 'A-1' } }, []],
  ['an empty list beside a value', { customer: 'acme', items: [] }, ['other']],
  ['far down', { address: { geo: { lat: 24.7 } } }, ['order']],
  ['lists of lists', { address: { geo: { points: [[2]] } } }, ['order']],
  ['and not between them', { address: { geo: { points: [[1, 3]] } } }, []],
  ['a key with a blank and one with a dot', { 'a key': { 'dotted.key': 1 } }, ['keys']],
  ['keys of any letters', { 'a key': { مفتاح: 'قيمة' } }, ['keys']],
  ['an empty key', { 'a key': { '': 'empty' } }, ['keys']],
  ['an element of a list at the top', [{ customer: 'ACME' }], ['list']],
  ['a scalar in a list at the top, or as the whole', 'ACME', ['list', 'scalar']],
  ['1 as 1e0 and 1.0', { value: 1 }, ['exponent', 'spaces']],
  ['1.0 as 1', { tiny: 1.0 }, ['exponent']],
  ['a text that was written with an escape', { customer: 'ACME2' }, ['spaces']],
  ['what stands last of a huge payload', { rows: [{ n: 8_999, last: true }] }, ['huge']],
  ['the last of a repeated key', { customer: 'last' }, ['twice']],
  ['and not the first', { customer: 'first' }, []],
  ['a value beside five thousand levels', { customer: 'DEEP' }, ['deep']],
  ['not what has NUL beside it', { word: 'kept' }, []],
  ['a key of every object by its own name', { constructor: 'c' }, ['proto']],
  ['nothing that is not there', { customer: 'nobody' }, []],
];

test.each(CONTAINED)('data contains %s', async (_what, contains, names) => {
  expect(await found({ data: { contains } })).toEqual(names);
});

test.each(CONTAINED)('response contains %s', async (_what, contains, names) => {
  expect(await found({ response: { contains } })).toEqual(names.map((name) => `r:${name}`));
});

test('a literal in the query means what a variable does', async () => {
  const query =
    '{ webhookRequestLogs(where: { data: { contains: { items: [{ sku: "A-1", qty: 5 }], total: 5.0 } } }) { nodes { id } } }';
  expect((await app.ask(query)).data.webhookRequestLogs.nodes).toEqual([{ id: ids.small }]);
});

test('a key named __proto__ is one like any other', async () => {
  const where = JSON.parse('{"data":{"contains":{"__proto__":{"polluted":"yes"}}}}');
  const answer = await findRequests(app, where).catch((error: Error) => error.message);
  expect([[ids.proto], expect.stringContaining('BAD_USER_INPUT')]).toContainEqual(answer);
});

test.each<[string, object, string[]]>([
  ['a path', { at: '$.customer', eq: 'ACME' }, ['order', 'small', 'list']],
  ['any element', { at: '$.items[*].sku', eq: 'B-2' }, ['order']],
  ['the first element', { at: '$.items[0].sku', eq: 'B-2' }, []],
  ['the second', { at: '$.items[1].sku', eq: 'B-2' }, ['order']],
  ['keys one by one, through lists', { at: ['items', 'sku'], eq: 'B-2' }, ['order']],
  ['one key', { at: ['customer'], eq: 'ACME' }, ['order', 'small', 'list']],
  ['an element of a list of scalars', { at: '$.tags', eq: 'big' }, ['order']],
  ['a quoted key', { at: '$["a key"]["q\\"uote"]', eq: 'x' }, ['keys']],
  ['a key that looks like a path', { at: ['a key', '[*]'], eq: 'star' }, ['keys']],
  ['a key that begins with a dollar', { at: ['a key', '$'], eq: 'dollar' }, ['keys']],
  ['letters of any script', { at: '$["a key"].مفتاح', eq: 'قيمة' }, ['keys']],
  ['a number by its value', { at: '$.value', eq: 1 }, ['exponent', 'spaces']],
  ['a boolean', { at: '$.paid', eq: false }, ['small']],
  ['null', { at: '$.discount', eq: null }, ['order']],
  ['any of some', { at: '$.total', in: [5, '100'] }, ['small', 'other']],
  ['the whole', { at: '$', eq: 'ACME' }, ['list', 'scalar']],
  ['an element of the whole', { at: '$[2]', eq: 7 }, ['list']],
  ['nothing where there is no such place', { at: '$.items.sku.more', eq: 'A-1' }, []],
])('path finds by %s', async (_what, path, names) => {
  expect(await found({ data: { path } })).toEqual(names);
  expect(await found({ response: { path } })).toEqual(names.map((name) => `r:${name}`));
});

test.each([
  '$.items[*] ? (@.qty > 1)',
  '$.customer.type()',
  '$.customer ? (@ like_regex "(a+)+$")',
  '$.**.sku',
  '$.items[*]."sku"',
  '$.items[last]',
  '$.items[0 to 5]',
  '$.customer"] || true || $["x',
  '$["a',
  '$["\\u"]',
  '$.',
  '$..a',
  '$[-1]',
  '$x',
  'strict $.a',
  "$.a'; drop table request_index; --",
])('no other path is one: %s', async (at) => {
  const refused = await refusalOf(app, { data: { path: { at, eq: 'ACME' } } });
  // what does not begin with a dollar is a key
  if (at.startsWith('$'))
    expect(refused).toEqual({ code: 'BAD_USER_INPUT', message: expect.stringContaining('where.data.path.at') });
  else expect(await found({ data: { path: { at, eq: 'ACME' } } })).toEqual([]);
});

test.each<[string, object]>([
  ['{}', { contains: {} }],
  ['[]', { contains: [] }],
  ['nothing but emptiness', { contains: { items: [{}, []] } }],
  ['neither eq nor in', { path: { at: '$.a' } }],
  ['both eq and in', { path: { at: '$.a', eq: 1, in: [1] } }],
  ['an empty list', { path: { at: '$.a', in: [] } }],
  ['101 values', { path: { at: '$.a', in: Array.from({ length: 101 }, (_, n) => n) } }],
  ['an object for a scalar', { path: { at: '$.a', eq: { b: 1 } } }],
  ['21 steps', { path: { at: Array.from({ length: 21 }, () => 'a'), eq: 1 } }],
  ['a long key', { path: { at: ['k'.repeat(201)], eq: 1 } }],
  ['a NUL', { contains: { a: 'x\u0000y' } }],
  ['half a surrogate pair', { contains: { a: '\ud800' } }],
  ['NUL in a key', { contains: { 'a\u0000': 1 } }],
  ['NUL in a path', { path: { at: ['a\u0000'], eq: 1 } }],
  ['an integer that is no longer exact', { contains: { big: 2 ** 60 } }],
])('is refused, not guessed: %s', async (_what, data) => {
  expect(await refusalOf(app, { data })).toMatchObject({ code: 'BAD_USER_INPUT' });
});

test('what is nested too deep or too large is refused before it is looked for', async () => {
  let deep: unknown = 'x';
  for (let level = 0; level < 25; level += 1) deep = { a: deep };
  const wide = Object.fromEntries(Array.from({ length: 1_200 }, (_, n) => [`k${n}`, { n }]));
  for (const contains of [deep, wide]) {
    expect(['BAD_USER_INPUT', 'LIMIT_EXCEEDED']).toContain((await refusalOf(app, { data: { contains } }))?.code);
  }
});

test('two filters of one body, and of both, must all hold', async () => {
  const both = { data: { contains: { customer: 'ACME' }, path: { at: '$.items[*].qty', eq: 2 } } };
  expect(await found(both)).toEqual(['order']);
  expect(await found({ data: { contains: { total: 5 } }, response: { contains: { total: 5 } } })).toEqual([]);
  expect(
    await found({ data: { contains: { customer: 'ACME' } }, not: { data: { contains: { paid: true } } } }),
  ).toEqual(['small']);
  expect(await found({ data: { contains: { customer: 'ACME' } }, search: 'riyadh' })).toEqual(['order']);
});

test.each<[string, object]>([
  ['data', { data: { contains: { customer: 'ACME' } } }],
  ['response', { response: { path: { at: '$.customer', eq: 'ACME' } } }],
  ['within not', { not: { data: { contains: { customer: 'ACME' } } } }],
  ['within and and or', { and: [{ or: [{ response: { contains: { customer: 'ACME' } } }] }] }],
])('who may not read content may not filter by it: %s', async (_what, where) => {
  const below = 'query ($w: WebhookRequestLogWhere) { webhooks { nodes { requests(where: $w) { totalCount } } } }';
  expect(await refusalOf(app, where, support)).toMatchObject({ code: 'FORBIDDEN' });
  await app.ask(
    'mutation { createWebhook(input: { name: "W", url: "https://w.example/", documentType: "Nothing" }) { webhook { id } } }',
  );
  const { errors } = await app.ask(below, { w: where }, support);
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

// the same value must have the same word in each version, or searches miss what was indexed before
test.each([
  ['\u0001name', 'INV-0042', 'nfncgb74'],
  ['\u0001grand_total', 561.8, 't3rembh'],
  ['\u0001is_paid', true, 'deqmvaep'],
  ['', null, '17ddvti7'],
  // with a 0 before its last three digits, and with four digits in all
  ['\u0001n', 9, 'e4t8096p'],
  ['\u0001n', 428_265, 'jzuy'],
])('the word of %j with the value %j is %s', (path, leaf, word) => {
  expect(leafWord(path, leaf)).toBe(word);
});
