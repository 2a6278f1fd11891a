// Which entries of the audit trail lose their criteria with a document or a user: as a comparison of each entry finds them, without it.
import { criteriaText } from '../../../src/audit/criteria';
import { useTestApi } from '../../support/app';
import { rowsRead } from '../../support/rows-read';
import { invoice, publish } from '../../support/webhooks';

const app = useTestApi();

async function insert(criteria: readonly object[]): Promise<string[]> {
  const rows = await app.database.query<{ id: string }>(
    `insert into audit_entries (id, at, action, actor_kind, criteria)
     select id, to_timestamp(ms_of_id(id) / 1000.0), 'content.read', 'SYSTEM', criteria
     from unnest($1::text[]) with ordinality as given (criteria, n), lateral (select new_id() as id where n > 0) as made
     returning id`,
    [criteria.map(criteriaText)],
  );
  return rows.map(({ id }) => id);
}

async function naming({
  documents = [],
  users = [],
}: {
  documents?: string[];
  users?: string[];
}): Promise<Set<string>> {
  const rows = await app.database.query<{ id: string }>(`select entries_naming($1, $2, '{}', '{}', '{}', null) as id`, [
    documents,
    users,
  ]);
  return new Set(rows.map(({ id }) => id));
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
  'x'.repeat(200),
];

test('a name is found as a whole, in the lists of its kind, whatever characters it has', async () => {
  for (const name of NAMES) {
    const [asDocument = '', asUser = '', asText = '', ...others] = await insert([
      { documents: ['another', name] },
      { users: [name] },
      { texts: [name.toUpperCase()] },
      { documents: [`${name}0`], users: [`x${name}`], texts: [`a ${name} b`] },
      { given: { referenceDocument: name }, filter: [name] },
      { [name]: name },
    ]);
    expect(await naming({ documents: [name] })).toEqual(new Set([asDocument, asText]));
    expect(await naming({ users: [name] })).toEqual(new Set([asUser, asText]));
    expect(others).toHaveLength(3);
  }
});

test('what names something that is left too stays, also under another name of it', async () => {
  await publish(app, [invoice('LEFT-1', { user: 'left.user' })]);
  const [alone = '', , , text = ''] = await insert([
    { documents: ['GONE-1'] },
    { documents: ['GONE-1', 'LEFT-1'] },
    { documents: ['GONE-1'], users: ['left.user'] },
    { texts: ['GONE-1'] },
    { documents: ['GONE-1'], texts: ['LEFT-1'] },
  ]);
  expect(await naming({ documents: ['GONE-1'] })).toEqual(new Set([alone, text]));
});

test('criteria that are no JSON name nothing, and NUL and half characters are stored as others', async () => {
  await app.database.query(`insert into audit_entries (id, at, action, actor_kind, criteria)
    select id, to_timestamp(ms_of_id(id) / 1000.0), 'content.read', 'SYSTEM', '{"documents":["BROKEN-1"]' from new_id() as id`);
  expect(await naming({ documents: ['BROKEN-1'] })).toEqual(new Set());
  const [odd = ''] = await insert([{ documents: ['ODD-1'], filter: ['a\u0000b', 'half \ud83d', { 'k\u0000': 1 }] }]);
  expect(await naming({ documents: ['ODD-1'] })).toEqual(new Set([odd]));
});

test('to find them reads few others, however many there are', async () => {
  const { database } = app;
  await insert(Array.from({ length: 5_000 }, (_, number) => ({ documents: [`SINV-${number}`] })));
  await database.query('analyze audit_entries');
  const names = Array.from({ length: 50 }, (_, index) => `SINV-${index * 100}`);
  let found = new Set<string>();
  const rows = await rowsRead(database, '^audit_entries_', async () => {
    found = await naming({ documents: names });
  });
  expect(found.size).toBe(50);
  expect(rows).toBeLessThan(500);
});
