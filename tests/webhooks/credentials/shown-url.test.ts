// URLs as viewers get them who may not read content: PostgreSQL writes what Node writes, token for token.
import { shownUrl, shownUrlSql, withoutSecrets } from '../../../src/webhooks/credentials/shown-url';
import { useTestDatabase } from '../../support/database';

const database = useTestDatabase();

const STARTS = [
  'https://',
  'http://',
  'HTTPS://',
  'https:/',
  'ht1tp://',
  '//',
  '',
  'https://h00ks1234567',
  'https://a:b1@c',
];
const PARTS = [
  '/',
  '?',
  '#',
  '&',
  '=',
  '{',
  '}',
  '{{ doc.name2 }}',
  '//',
  '.',
  '-',
  '%2F',
  'ä1',
  '😀',
  '\n',
  ' ',
  '\\',
  "'",
];
const WORDS = ['a', '1', 'abcdef', 'abcdefg', 'abcdef1', '1234567', '1abcdef', 'a1', 'T024BE7LD', 'incoming-webhooks'];
const LONG = ['x'.repeat(23), 'x'.repeat(24), '1'.repeat(24), '-'.repeat(24), 'xoT9aB3kQ7mZ2LpR5vWc'];
const some = (of: readonly string[]) => of[Math.floor(Math.random() * of.length)] as string;

function hostileUrl(): string {
  const parts = Array.from(
    { length: Math.floor(Math.random() * 9) },
    () => some([...PARTS, '/', '/', '=']) + some([...WORDS, ...LONG, '']),
  );
  return some(STARTS) + some(['', 'partner.example', 'h1.example:8443', '127.0.0.1:80']) + parts.join('');
}

test('SQL and Node leave out the same of a URL', async () => {
  const urls = [...new Set(Array.from({ length: 20_000 }, hostileUrl))];
  const rows = await database.query<{ url: string; shown: string }>(
    `select url, ${shownUrlSql('url', 'url')} as shown from unnest($1::text[]) as url`,
    [urls],
  );
  const different = rows.filter(({ url, shown }) => shown !== withoutSecrets(url));
  expect(different.slice(0, 5).map(({ url, shown }) => ({ url, shown, expected: withoutSecrets(url) }))).toEqual([]);
  // both kinds are among them
  expect(rows.some(({ url, shown }) => url === shown && url.length > 30)).toBe(true);
  expect(rows.some(({ url, shown }) => url !== shown)).toBe(true);
});

test.each([
  ['https://partner.example/hook?name=Jane', 'https://partner.example/...'],
  ['[erased]', '[erased]'],
])('%s of a request is shown as %s', async (url, shown) => {
  const ofWebhook = 'https://partner.example/hook';
  expect(shownUrl(url, ofWebhook)).toBe(shown);
  const rows = await database.query<{ shown: string }>(
    `select ${shownUrlSql('url', 'of_webhook')} as shown from (values ($1::text, $2::text)) as v (url, of_webhook)`,
    [url, ofWebhook],
  );
  expect(rows).toEqual([{ shown }]);
});
