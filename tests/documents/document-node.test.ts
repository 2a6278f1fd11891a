import { uuidOf } from '../../src/values/ids';
import { seedRequest } from '../request-log/pages/seeded-log';
import { useTestApi } from '../support/app';
import { invoice, publish } from '../support/webhooks';

const app = useTestApi();

const idOf = (...parts: unknown[]) => `doc_${Buffer.from(JSON.stringify(parts)).toString('base64url')}`;
const NAMES = 'businessDocument { __typename id documentType name }';

async function node(id: string) {
  const query = `query ($id: ID!) { node(id: $id) { __typename id ... on BusinessDocument { name requests { totalCount } } } }`;
  const { data, errors } = await app.ask(query, { id });
  expect(errors).toBeUndefined();
  return data.node;
}

async function seedDocument(name: string, documentType = 'Purchase Invoice'): Promise<string> {
  return seedRequest(app.database, { documentType, referenceDocument: name });
}

test('a request, and an event, lead to their document and back', async () => {
  const request = await seedDocument('PINV-1');
  const [event] = await publish(app, [invoice('PINV-1', { documentType: 'Purchase Invoice' })]);
  const document = { __typename: 'BusinessDocument', id: idOf('Purchase Invoice', 'PINV-1') };
  const link = { ...document, documentType: 'Purchase Invoice', name: 'PINV-1' };
  const { data } = await app.ask(
    `{ webhookRequestLog(id: "${request}") { ${NAMES} } businessEvent(id: "${event}") { ${NAMES} } }`,
  );
  expect(data).toEqual({ webhookRequestLog: { businessDocument: link }, businessEvent: { businessDocument: link } });
  expect(await node(document.id)).toEqual({ ...document, name: 'PINV-1', requests: { totalCount: 1 } });
  const further = await app.ask(
    `{ webhookRequestLog(id: "${request}") { businessDocument { name businessEvents { nodes { id ${NAMES} } } verdicts { verdict } } } }`,
  );
  expect(further.data.webhookRequestLog.businessDocument).toEqual({
    name: 'PINV-1',
    businessEvents: { nodes: [{ id: event, businessDocument: link }] },
    verdicts: [],
  });
});

test('a request without a document, or without its type, has no link', async () => {
  for (const [documentType, referenceDocument] of [
    [null, null],
    ['Purchase Invoice', null],
    [null, 'PINV-2'],
  ]) {
    const id = await seedRequest(app.database, { documentType, referenceDocument });
    const { data } = await app.ask(`{ webhookRequestLog(id: "${id}") { ${NAMES} } }`);
    expect(data.webhookRequestLog.businessDocument).toBeNull();
  }
});

test('names of any characters are found by their ids, and a name of another case is another document', async () => {
  const names = ['فاتورة ٤٢', '"[,]\\', 'a/b+c?', ' ', '😀', 'x'.repeat(200)];
  for (const name of names) {
    const request = await seedDocument(name);
    const { data } = await app.ask(`{ webhookRequestLog(id: "${request}") { businessDocument { id name } } }`);
    expect(data.webhookRequestLog.businessDocument).toEqual({ id: idOf('Purchase Invoice', name), name });
    expect(await node(idOf('Purchase Invoice', name))).toMatchObject({ name });
  }
  expect(await node(idOf('Purchase Invoice', 'X'.repeat(200)))).toBeNull();
});

test('what is not the one id of a known document finds nothing', async () => {
  await seedDocument('PINV-3');
  const known = idOf('Purchase Invoice', 'PINV-3');
  const spaced = `doc_${Buffer.from('["Purchase Invoice", "PINV-3"]').toString('base64url')}`;
  const wrong = [
    'doc_',
    `${known}=`,
    known.toUpperCase(),
    spaced,
    known.slice(4),
    idOf('Purchase Invoice'),
    idOf(1, 2),
  ];
  const foreign = [idOf('Purchase Invoice', 'PINV-3', 'x'), idOf('Purchase Invoice', 'a\0b'), idOf('a', '\ud800')];
  const unknown = [idOf('Sales Invoice', 'PINV-3'), idOf('Purchase Invoice', 'PINV-'), idOf('', '')];
  for (const id of [...wrong, ...foreign, ...unknown, `doc_${'A'.repeat(100_000)}`]) expect(await node(id)).toBeNull();
  for (const field of ['user', 'webhook', 'delivery', 'businessEvent', 'webhookRequestLog']) {
    expect((await app.ask(`{ ${field}(id: "${known}") { id } }`)).data[field]).toBeNull();
  }
  expect(uuidOf('Webhook', known)).toBeNull();
});

test('a hundred documents are found in the order of their ids, and the search finds one', async () => {
  const names = Array.from({ length: 50 }, (_, n) => `PINV-4-${n}`);
  for (const name of names) await seedDocument(name);
  const ids = names.flatMap((name) => [idOf('Purchase Invoice', name), idOf('Unknown', name)]);
  const { data } = await app.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect(data.nodes).toEqual(ids.map((id, n) => (n % 2 === 0 ? { id } : null)));
  const found = await app.ask('query ($text: String!) { search(text: $text) { ... on BusinessDocument { name } } }', {
    text: ` ${ids[0]} `,
  });
  expect(found.data.search).toEqual([{ name: 'PINV-4-0' }]);
});
