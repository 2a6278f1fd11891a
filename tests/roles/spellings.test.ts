import { useTestApp } from '../support/app';
import { useReceiver } from '../support/receiver';
import { type Ids, typeNamed } from './paths';
import { seed } from './rows';
import { everything, printSelection } from './selection';
import { TABLE, words } from './table';

const app = useTestApp();
const partner = useReceiver();
let ids: Ids;
let support: string;

beforeAll(async () => {
  ids = await seed(app, partner.url);
  support = await app.keyFor('SUPPORT');
});

const CONTENT = words(TABLE.WebhookRequestLog?.contentReaders);

/** A field with everything below it. */
function whole(field: string): string {
  const selection = everything(typeNamed('WebhookRequestLog'));
  return printSelection({ ...selection, picks: selection.picks.filter((pick) => pick.field.name === field) });
}

/** Ways to write down that a field of the request is wanted. */
const SPELLINGS: [string, (field: string, id: string) => string][] = [
  ['an alias', (field, id) => `{ webhookRequestLog(id: "${id}") { id harmless: ${whole(field)} } }`],
  ['the alias of another field', (field, id) => `{ webhookRequestLog(id: "${id}") { id status: ${whole(field)} } }`],
  [
    'a fragment',
    (field, id) => `{ webhookRequestLog(id: "${id}") { ...F } } fragment F on WebhookRequestLog { ${whole(field)} }`,
  ],
  [
    'a fragment in a fragment on Node',
    (field, id) =>
      `{ node(id: "${id}") { ...N } } fragment N on Node { id ... on Node { ...F } } fragment F on WebhookRequestLog { ${whole(field)} }`,
  ],
  ['nodes', (field, id) => `{ nodes(ids: ["${id}"]) { ... on WebhookRequestLog { x: ${whole(field)} } } }`],
  [
    'a directive',
    (field, id) =>
      `query ($yes: Boolean = true) { webhookRequestLog(id: "${id}") { ... @include(if: $yes) { a: ${whole(field).replace(/^(\w+)/, '$1 @skip(if: false)')} } } }`,
  ],
  ['an edge', (field) => `{ webhookRequestLogs(first: 1) { edges { node { x: ${whole(field)} } } } }`],
  [
    'a root field under another name',
    (field, id) => `{ viewer: webhookRequestLog(id: "${id}") { name: ${whole(field)} } }`,
  ],
];

describe('what SUPPORT may not read is refused, however it is written:', () => {
  test.each(SPELLINGS)('%s', async (_title, spell) => {
    for (const field of CONTENT) {
      const query = spell(field, ids.WebhookRequestLog as string);
      const answer = await app.ask(query, undefined, support);
      expect({ query, codes: answer.errors?.map(({ extensions }) => extensions.code) }).toEqual({
        query,
        codes: ['FORBIDDEN'],
      });
      // and it was a question that others may ask
      expect({ query, errors: (await app.ask(query)).errors }).toEqual({ query, errors: undefined });
    }
  });
});
