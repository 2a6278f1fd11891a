import { parse } from 'graphql';
import { createDocumentStore } from '../../../src/server/graphql/trusted-documents';

const documentOf = (text: string) => parse(text);
const padded = (name: string, characters: number) => `{ ${name} }${' '.repeat(characters - name.length - 4)}`;

test('documents are kept while their texts have at most 250,000 characters together, the ones used last', async () => {
  const store = createDocumentStore();
  for (let n = 0; n < 300; n += 1) {
    await store.set(`${n}`, documentOf(padded(`f${n}`, 1_000)));
    await store.get('0');
  }
  const kept = (await Promise.all(Array.from({ length: 300 }, (_, n) => store.get(`${n}`)))).flatMap((document, n) =>
    document ? [n] : [],
  );
  expect(kept).toEqual([0, ...Array.from({ length: 249 }, (_, n) => n + 51)]);
  await store.delete('0');
  expect(await store.get('0')).toBeUndefined();
});

test('one that is longer is answered, and takes the place of no other', async () => {
  const store = createDocumentStore();
  await store.set('short', documentOf('{ viewer }'));
  await store.set('long', documentOf(padded('viewer', 250_001)));
  expect(await store.get('long')).toBeUndefined();
  expect(await store.get('short')).toBeDefined();
});
