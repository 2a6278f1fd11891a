// Which entries of the audit trail name a document that is erased: as a comparison of each entry with each name finds them, without it.
import { shareTestApi, type TestApp } from '../support/app';
import { rowsRead } from '../support/rows-read';

let app: TestApp;

beforeAll(async () => {
  app = await shareTestApi();
});
afterAll(() => app.stop());

async function insert(action: string, entries: readonly { details?: unknown; reason?: string }[]): Promise<void> {
  await app.database.query(
    `insert into audit_entries (id, at, action, actor_kind, details, reason)
     select id, to_timestamp(ms_of_id(id) / 1000.0), $1, 'SYSTEM', details, reason
     from unnest($2::text[], $3::text[]) with ordinality as given (details, reason, n),
       lateral (select new_id() as id where n > 0) as made`,
    [
      action,
      entries.map(({ details }) => (details === undefined ? null : JSON.stringify(details))),
      entries.map(({ reason }) => reason ?? null),
    ],
  );
}

const NAMES = [
  'INV-1',
  'where',
  'J\u00f6rg "Max" \\ M',
  '\u674e\u660e',
  '\u00e9',
  'a\nb',
  '(a.b*c)',
  '///',
  '"',
  '_',
  '2001',
  'x'.repeat(130),
];

test('they are found whatever characters a name has', async () => {
  const around = (name: string) => [
    { details: { where: { referenceDocument: { eq: name } } } },
    { details: { [name]: 'a key' } },
    { details: { eq: `${name}0` } },
    { details: { eq: `a ${name} b` } },
    ...[name, `${name}.`, `(${name})`, `${name}-1`, `x${name}`, `\u00fc${name}\u00fc`, `\u3001${name}\u3002`].map(
      (reason) => ({
        reason,
      }),
    ),
  ];
  const entries = NAMES.flatMap(around);
  await insert('content.read', entries);
  await insert('replay.ordered', entries);
  await insert('webhook.paused', entries);
  const ids = async (sql: string) =>
    (await app.database.query<{ id: string }>(`${sql} order by 1`, [NAMES])).map(({ id }) => id);
  const compared = await ids(
    `select id from audit_entries where action in ('content.read', 'replay.ordered') and names_document($1, details, reason)`,
  );
  expect(compared.length).toBeGreaterThan(2 * NAMES.length);
  expect(await ids('select entries_naming($1) as id')).toEqual(compared);
});

test('to find them reads few others, however many there are', async () => {
  const { database } = app;
  const about = (number: number) => ({ details: { where: { referenceDocument: { eq: `SINV-${number}` } } } });
  await insert(
    'content.read',
    Array.from({ length: 5_000 }, (_, number) => about(number)),
  );
  await database.query('analyze audit_entries');
  const names = Array.from({ length: 50 }, (_, index) => `SINV-${index * 100}`);
  let found: unknown[] = [];
  const rows = await rowsRead(database, '^audit_entries_', async () => {
    found = await database.query('select entries_naming($1)', [names]);
  });
  expect(found).toHaveLength(50);
  expect(rows).toBeLessThan(500);
});
