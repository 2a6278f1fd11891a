// What a filter does beside what request-log.test.ts asks of each field: texts taken as they stand, depth, long lists.
import { uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { seedRequest } from '../pages/seeded-log';

const app = useTestApi();
let webhook: string;

/** By the reference that each row has. */
const ids: Record<string, string> = {};
const REFERENCES = ['INV-1', 'INV_1', '100%', '100%\\_sure', "O'Neil", 'ÄÖ\u{1f9fe}'];

beforeAll(async () => {
  webhook = (await createTestWebhook(app, 'https://first.example/hook', { name: 'first_100%' })).id;
  const at = Date.now();
  for (const [index, referenceDocument] of REFERENCES.entries()) {
    // the last one belongs to no webhook
    const webhookId = index === REFERENCES.length - 1 ? null : uuidOf('Webhook', webhook);
    ids[referenceDocument] = await seedRequest(app.database, { at: at + index, referenceDocument, webhookId });
  }
  ids.none = await seedRequest(app.database, { at: at + 1_000, direction: 'INCOMING' });
});

const FIND = `query ($where: WebhookRequestLogWhere) {
  webhookRequestLogs(first: 100, where: $where, orderBy: { field: STARTED_AT, direction: ASC }) { totalCount nodes { id } }
}`;

/** The references of the rows that a filter finds, oldest first. */
async function found(where: object): Promise<string[]> {
  const { data, errors } = await app.ask(FIND, { where });
  expect(errors).toBeUndefined();
  const { nodes, totalCount } = data.webhookRequestLogs;
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ id }: { id: string }) => Object.keys(ids).find((reference) => ids[reference] === id));
}

async function refusalOf(where: object) {
  const { data, errors } = await app.ask(FIND, { where });
  expect(data).toEqual({ webhookRequestLogs: null });
  return errors?.map(({ message, extensions }) => ({ message, code: extensions.code, field: extensions.field }));
}

const SURE = '100%\\_sure';

test.each<[string, string[]]>([
  ['%', ['100%', SURE]],
  ['_', ['INV_1', SURE]],
  ['\\', [SURE]],
  ['%\\_', [SURE]],
  ['\\\\', []],
  ['%%', []],
  ['__', []],
  ["'", ["O'Neil"]],
  ['-1', ['INV-1']],
  ['inv', []],
  ['Ö\u{1f9fe}', ['ÄÖ\u{1f9fe}']],
  ['', REFERENCES],
])('contains %j finds exactly this', async (contains, references) => {
  expect(await found({ referenceDocument: { contains } })).toEqual(references);
});

test.each<[string, string[]]>([
  ['inv', ['INV-1', 'INV_1']],
  ["O'nEIL", ["O'Neil"]],
  ['äö', ['ÄÖ\u{1f9fe}']],
  ['%\\_SURE', [SURE]],
  ['i_v', []],
])('containsIgnoreCase %j finds exactly this', async (containsIgnoreCase, references) => {
  const among = { in: ['INV-1', 'INV_1', "O'Neil", 'ÄÖ\u{1f9fe}', SURE] };
  expect(await found({ referenceDocument: { ...among, containsIgnoreCase } })).toEqual(references);
});

test.each<[string, string[]]>([
  ['100%\\', [SURE]],
  ['100%\\_s', [SURE]],
  ['100%s', []],
  ['INV_', ['INV_1']],
  ['\\', []],
])('startsWith %j finds exactly this', async (startsWith, references) => {
  expect(await found({ referenceDocument: { startsWith } })).toEqual(references);
});

test.each<[string, object, string[]]>([
  ['two tests of one field', { referenceDocument: { startsWith: 'INV', contains: '_' } }, ['INV_1']],
  ['texts of a link', { webhook: { name: { contains: '_100%' }, url: { contains: '%' } } }, []],
  [
    'not of a link, which is also for rows without one',
    { not: { webhook: { name: { startsWith: 'first_' } } } },
    [REFERENCES.at(-1) ?? '', 'none'],
  ],
  [
    'not of a text, which is also for rows without one',
    { not: { referenceDocument: { contains: '1' } } },
    ["O'Neil", REFERENCES.at(-1) ?? '', 'none'],
  ],
  [
    'a link counts its depth anew',
    { not: { not: { webhook: { or: [{ and: [{ not: { name: { eq: 'x' } } }] }] } } } },
    REFERENCES.slice(0, -1),
  ],
])('%s', async (_title, where, references) => {
  expect(await found(where)).toEqual(references);
});

describe('and, or and not 4 deep are refused where the fourth stands', () => {
  const test1 = { status: { eq: 'FAILED' } };
  test.each<[string[], object]>([
    [['not', 'not', 'not', 'not'], { not: { not: { not: { not: test1 } } } }],
    [['and', '1', 'or', '0', 'not', 'and'], { and: [test1, { or: [{ not: { and: [test1] } }] }] }],
    [
      ['webhook', 'not', 'and', '0', 'or', '0', 'not'],
      { webhook: { not: { and: [{ or: [{ not: { name: { eq: 'a' } } }] }] } } },
    ],
    [
      ['webhook', 'owner', 'or', '0', 'or', '0', 'or', '0', 'or'],
      { webhook: { owner: { or: [{ or: [{ or: [{ or: [{ name: { eq: 'a' } }] }] }] }] } } },
    ],
  ])('%j', async (path, where) => {
    const field = ['where', ...path];
    const message = `${field.join('.')}: and, or and not may be nested 3 deep.`;
    expect(await refusalOf(where)).toEqual([{ message, code: 'BAD_USER_INPUT', field }]);
  });
});

test.each<[string, (count: number) => object]>([
  ['id.in', (count) => ({ id: { in: Array(count).fill(ids['INV-1']) } })],
  ['referenceDocument.in', (count) => ({ referenceDocument: { in: Array(count).fill('INV-1') } })],
  ['responseStatus.in', (count) => ({ responseStatus: { in: Array(count).fill(200) } })],
  ['status.in', (count) => ({ status: { in: Array(count).fill('SUCCEEDED') } })],
  ['and', (count) => ({ and: Array(count).fill({ status: { eq: 'SUCCEEDED' } }) })],
  ['or', (count) => ({ or: Array(count).fill({ status: { eq: 'SUCCEEDED' } }) })],
])('%s takes 100 entries, and refuses 101', async (path, where) => {
  expect(await found(where(100))).toContain('INV-1');
  const field = ['where', ...path.split('.')];
  const message = `${field.join('.')}: 101 entries; at most 100 are allowed.`;
  expect(await refusalOf(where(101))).toEqual([{ message, code: 'BAD_USER_INPUT', field }]);
});

test('an id of nothing finds nothing, and so does a webhook of nothing', async () => {
  expect(await found({ id: { eq: `req_${'0'.repeat(32)}` } })).toEqual([]);
  expect(await found({ webhook: { id: { in: [`whk_${'0'.repeat(32)}`] } } })).toEqual([]);
});
