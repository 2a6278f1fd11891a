// What `where: { search }` finds, and in whose hands.

import { useTestApp } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { findRequests, indexed, refusalOf, type SearchedRow, seedSearched, uuidIn } from './searched-log';

const app = useTestApp();
let support: string;
let webhook: string;

const ROWS: Record<string, SearchedRow> = {
  invoice: {
    referenceDocument: 'INV-0042',
    data: { customer: 'Ahmed Trading Co', grand_total: 561.8 },
    response: { ok: true },
  },
  longer: { referenceDocument: 'INV-00421', data: { customer: 'أحمد التجارية', phone: '٠٥٠١٢٣٤' } },
  failed: {
    referenceDocument: 'SO-7',
    status: 'FAILED',
    error: 'The partner answered 503.',
    url: 'https://Bank.example/hooks/secret-path?token=q9z',
  },
  wild: {
    referenceDocument: "A&B|C:*(D)!'\\",
    data: { note: `quote ' double " back \\ amp & pipe | colon : star * paren ( ) ! <-> tail` },
  },
  emoji: { referenceDocument: '\u{1f9fe}-9', data: { note: 'Grüße \u{1f389} ΣΊΣΥΦΟΣ ﬁne' } },
  binary: {
    referenceDocument: 'BIN-1',
    data: Buffer.from([0xff, 0xfe, 0x41, 0x42, 0x43, 0xc3, 0x28, 0x20, 0x7a, 0x65, 0x62, 0x72, 0x61]),
  },
  text: { referenceDocument: 'TXT-1', response: Buffer.from('<html><h1>Gateway exploded</h1></html>') },
  huge: {
    referenceDocument: 'HUGE-1',
    data: { first: 'beginning', rows: Array.from({ length: 20_000 }, (_, n) => `w${n}`) },
  },
  deep: { referenceDocument: 'DEEP-1', response: Buffer.from(`${'['.repeat(30_000)}"abyss"${']'.repeat(30_000)}`) },
  bomb: { referenceDocument: 'BOMB-1', response: Buffer.from('{"n":1e131071,"m":1e999999,"word":"fuse"}') },
  nul: { referenceDocument: 'NUL-1', response: Buffer.from('{"word":"before\\u0000after","half":"\\ud800"}') },
  surname: { referenceDocument: 'SO-8', data: { contact: "O'Neil-Smith", street: 'Straße 9' } },
};
const ids: Record<string, string> = {};

beforeAll(async () => {
  support = await app.keyFor('SUPPORT');
  webhook = (await createTestWebhook(app, 'https://bank.example/', { name: 'Bank', documentType: 'Nothing' })).id;
  const at = Date.now() - 60_000;
  for (const [index, [name, row]] of Object.entries(ROWS).entries()) {
    const webhookId = name === 'invoice' ? uuidIn(webhook) : null;
    ids[name] = await seedSearched(app.database, { ...row, webhookId, at: at + index });
  }
  await indexed(app);
});

async function found(search: string, key?: string): Promise<string[]> {
  const nodes = await findRequests(app, { search }, key);
  return nodes.map((id) => Object.keys(ids).find((name) => ids[name] === id) as string);
}

test.each<[string, string, string[]]>([
  ['a reference document and what begins with it', 'INV-0042', ['invoice', 'longer']],
  ['in lower case', 'inv-0042', ['invoice', 'longer']],
  ['with Arabic-Indic digits', 'INV-٠٠٤٢', ['invoice', 'longer']],
  ['with Persian digits', 'inv-۰۰۴۲۱', ['longer']],
  ['a value of the payload', 'ahmed', ['invoice']],
  ['several words in any order', 'trading AHMED', ['invoice']],
  ['words of different places', 'inv trading', ['invoice']],
  ['the beginning of a word', 'trad', ['invoice']],
  ['not the middle of one', 'rading', []],
  ['a number as it is written', '561.8', ['invoice']],
  ['Arabic letters', 'أحمد', ['longer']],
  ['Arabic letters with vowel signs', 'أَحْمَد', ['longer']],
  ['Arabic digits of the payload by Latin ones', '0501234', ['longer']],
  ['an error', 'answered 503', ['failed']],
  ['a host', 'bank.example', ['failed']],
  ['the path of a URL', 'secret-path', ['failed']],
  ['the query of a URL', 'q9z', ['failed']],
  ['letters beyond ASCII in capitals', 'GRÜ', ['emoji']],
  ['letters beyond ASCII', 'grüße', ['emoji']],
  ['Greek, whose small sigma has two forms', 'σίσυ', ['emoji']],
  ['Greek, a word that begins with all but its end, which has the other form', 'ΣΊΣ', ['emoji']],
  ['a ligature by its letters', 'fine', ['emoji']],
  ['text that is no JSON', 'exploded', ['text']],
  ['what can be read of bytes that are no UTF-8', 'zebra', ['binary']],
  ['the beginning of a huge payload', 'beginning', ['huge']],
  ['not its end', 'w19999', []],
  ['JSON deeper than any stack', 'abyss', []],
  ['beside a number of a million digits', 'fuse', ['bomb']],
  ['beside NUL', 'before', ['nul']],
  ['a name with an apostrophe', "o'neil", ['surname']],
  ['not the keys of JSON', 'grand_total', []],
  ['the same word twice', 'ahmed ahmed', ['invoice']],
  ['one letter', 'z', ['binary']],
])('search finds %s: %s', async (_what, search, names) => {
  expect(await found(search)).toEqual(names);
});

test.each([
  `a&b|c:*(d)!'\\`,
  `quote ' double " back \\ amp`,
  `pipe | colon : star * paren ( )`,
  '! <-> tail',
  `tail'); -- amp`,
])('the operators of PostgreSQL are text: %s', async (search) => {
  expect(await found(search)).toEqual(['wild']);
});

test.each(['tail:* | ahmed', "!zebra & 'nothing", '(', 'tail <-> nothing', "' or 1=1 --", '%', '_'])(
  'and mean nothing more: %s',
  async (search) => {
    expect(await found(search).catch((error: Error) => error.message)).not.toEqual(expect.arrayContaining(['invoice']));
  },
);

test.each<[string, string]>([
  ['', 'has no letter or digit'],
  ['   ', 'has no letter or digit'],
  ['\u{1f9fe}', 'has no letter or digit'],
  ['&|!', 'has no letter or digit'],
  ['x'.repeat(501), 'at most 500'],
  [Array.from({ length: 21 }, (_, n) => `w${n}`).join(' '), 'at most 20'],
])('what cannot be searched is refused: %j', async (search, message) => {
  expect(await refusalOf(app, { search })).toEqual({
    code: 'BAD_USER_INPUT',
    message: expect.stringContaining(message),
  });
});

test('a search of 500 characters and one with NUL and half a surrogate pair are answered', async () => {
  expect(await found('x'.repeat(500))).toEqual([]);
  expect(await found('ahm\u0000ed')).toEqual([]);
  expect(await found('ahmed \ud800')).toEqual(['invoice']);
});

test('an id of ours finds what belongs to it, in capitals too', async () => {
  expect(await found(webhook)).toEqual(['invoice']);
  expect(await found(` ${webhook.toUpperCase()} `)).toEqual(['invoice']);
  expect(await found(ids.text as string)).toEqual(['text']);
  expect(await found(`req_${'0'.repeat(32)}`)).toEqual([]);
});

test('search goes with other filters, within and, or and not', async () => {
  const where = { or: [{ search: 'ahmed' }, { and: [{ search: 'answered' }, { status: { eq: 'FAILED' } }] }] };
  expect(await findRequests(app, where)).toEqual([ids.invoice, ids.failed]);
  expect(await findRequests(app, { search: 'inv', not: { search: 'trading' } })).toEqual([ids.longer]);
  expect(await findRequests(app, { search: 'inv', referenceDocument: { eq: 'INV-0042' } })).toEqual([ids.invoice]);
});

test('it goes below a webhook too', async () => {
  const ask = (search: string) =>
    app.ask(
      `query ($search: String) { webhook(id: "${webhook}") { requests(where: { search: $search }) { totalCount nodes { id } } } }`,
      { search },
    );
  expect((await ask('ahmed')).data.webhook.requests).toEqual({ totalCount: 1, nodes: [{ id: ids.invoice }] });
  expect((await ask('zebra')).data.webhook.requests).toEqual({ totalCount: 0, nodes: [] });
});

describe('who may not read content', () => {
  test.each<[string, string[]]>([
    ['inv-0042', ['invoice', 'longer']],
    ['answered 503', ['failed']],
    ['bank.example', ['failed']],
    ['ahmed', []],
    ['trad', []],
    ['561.8', []],
    ['secret', []],
    ['q9z', []],
    ['exploded', []],
    ['inv ahmed', []],
  ])('finds with %j: %j', async (search, names) => {
    expect(await found(search, support)).toEqual(names);
  });

  test.each<[string, (search: string) => object]>([
    ['not', (search) => ({ referenceDocument: { eq: 'INV-0042' }, not: { search } })],
    ['or', (search) => ({ or: [{ search }, { referenceDocument: { eq: 'SO-7' } }] })],
    ['and', (search) => ({ and: [{ or: [{ search }] }] })],
  ])('learns nothing of it through %s either', async (_operator, where) => {
    const answers = await Promise.all(['ahmed', 'nobody'].map((word) => findRequests(app, where(word), support)));
    expect(answers[0]).toEqual(answers[1]);
  });

  test('and nothing below a webhook, nor in what a fragment asks beside', async () => {
    const answer = await app.ask(
      `query ($a: WebhookRequestLogWhere, $b: WebhookRequestLogWhere) {
        webhook(id: "${webhook}") { a: requests(where: $a) { nodes { id } } b: requests(where: $b) { nodes { id } } }
        webhookRequestLogs(where: $a) { nodes { id } }
      }`,
      { a: { search: 'ahmed' }, b: { search: 'inv' } },
      support,
    );
    expect(answer.data).toEqual({
      webhook: { a: { nodes: [] }, b: { nodes: [{ id: ids.invoice }] } },
      webhookRequestLogs: { nodes: [] },
    });
  });

  test('is told that content is not searched, and that the count may therefore be too small', async () => {
    const ask = (where: object, key: string) =>
      app.ask(
        `query ($where: WebhookRequestLogWhere) {
          one: webhookRequestLogs(where: $where) { totalCount totalCountIsExact pageInfo { notSearched } }
          two: webhookRequestLogs(where: $where) { totalCount totalCountIsExact pageInfo { notSearched } nodes { id } edges { cursor } }
        }`,
        { where },
        key,
      );
    const sentence = expect.stringContaining('Content is not searched for your role');
    const hidden = { totalCount: 0, totalCountIsExact: false, pageInfo: { notSearched: sentence } };
    const { one, two } = (await ask({ or: [{ search: 'ahmed' }] }, support)).data;
    expect([one, { ...two }]).toEqual([hidden, { ...hidden, nodes: [], edges: [] }]);
    const whole = { totalCountIsExact: true, pageInfo: { notSearched: null } };
    expect((await ask({ search: 'ahmed' }, app.adminKey)).data.one).toMatchObject(whole);
    expect((await ask({ search: webhook }, support)).data.one).toMatchObject(whole);
    expect((await ask({ referenceDocument: { eq: 'search' } }, support)).data.one).toMatchObject(whole);
  });

  test('cannot write the scope of a search', async () => {
    const { data, errors } = await app.ask(
      'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }',
      { where: { search: { text: 'ahmed', content: true } } },
      support,
    );
    expect(data).toBeUndefined();
    expect(errors?.[0]?.message).not.toContain('ahmed');
  });
});
