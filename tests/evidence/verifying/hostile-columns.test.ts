// Every column of every table of the tree with no value and with a huge one, and rows that are gone, repeated or surplus, as an owner of
// the database writes them who has dropped all constraints: a verification ends, and names them.
import { rotateKey } from '../../../src/evidence/rotate-key';
import { seal } from '../../../src/evidence/seal';
import type { FindingName } from '../../../src/evidence/verifying/tree/findings';
import { keepRows, restoreRows } from '../../support/empty-database';
import { addAuditor, INSERT_CLOSED, type Store, startStore, tamperWith, verify } from '../stored-tree';

let store: Store;

/** Two keys, heads of both, and nodes above the leaves. Of the constraints, those of the rows of the record stay. */
beforeAll(async () => {
  store = await startStore();
  await addAuditor(store);
  await add(600);
  const [user] = await store.database.query<{ id: string }>('select id from users');
  await store.transaction((db) =>
    rotateKey(db, { userId: user?.id } as never, store.keyring, { reason: 'Yearly', compromisedAt: null }),
  );
  await add(3);
  await store.database.query(`do $$
    declare made record;
    begin
      for made in select conrelid::regclass as of, conname from pg_constraint c join pg_class t on t.oid = c.conrelid
        where t.relname like 'evidence\\_%' and t.relkind in ('r', 'p') and not t.relispartition and contype in ('c', 'f', 'u', 'p')
          and t.relname <> 'evidence_runs' order by contype = 'p', contype = 'u'
      loop
        execute format('alter table %s drop constraint if exists %I cascade', made.of, made.conname);
      end loop;
      for made in select attrelid::regclass as of, attname from pg_attribute a join pg_class t on t.oid = a.attrelid
        where t.relname like 'evidence\\_%' and t.relkind in ('r', 'p') and not t.relispartition and attnotnull and attnum > 0
          and t.relname not in ('evidence_runs', 'evidence_queue')
      loop
        execute format('alter table %s alter %I drop not null', made.of, made.attname);
      end loop;
    end $$`);
  await keepRows(store.database);
});
beforeEach(() => restoreRows(store.database));
afterAll(() => store.stop());

async function add(rows: number): Promise<void> {
  await store.database.query(INSERT_CLOSED, [rows]);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

const tamper = (...statements: string[]) => tamperWith(store.database, statements);
const names = async () => [...new Set((await verify(store)).map(({ name }) => name))].sort();

/** What names a value of a column of each table that no row has. */
const NAMES: Record<string, readonly FindingName[]> = {
  evidence_blocks: ['BAD_TREE', 'BAD_HEAD', 'TRUNCATED'],
  evidence_nodes: ['BAD_TREE', 'BAD_HASH'],
  evidence_leaves: ['BAD_TREE', 'NOT_SEALED', 'INSERTED', 'DELETED'],
  evidence_heads: ['BAD_HEAD', 'TRUNCATED'],
  evidence_keys: ['BAD_KEY'],
};
const HUGE: Record<string, string> = {
  smallint: '32767',
  integer: '2147483647',
  bigint: '9223372036854775807',
  text: `repeat(E'— x AAAA\\n', 100000)`,
  bytea: `decode(repeat('00', 1000000), 'hex')`,
  uuid: 'new_id()',
  'timestamp with time zone': `'infinity'`,
};
const EXACT: Record<string, string> = { bigint: '9007199254740993', 'timestamp with time zone': `'-infinity'` };

const columnsOf = (table: string) =>
  store.database.query<{ name: string; type: string }>(
    'select column_name as name, data_type as type from information_schema.columns where table_name = $1 order by ordinal_position',
    [table],
  );
/** One row of a table. */
const ONE = (table: string) => `(tableoid, ctid) = (select tableoid, ctid from ${table} order by ctid limit 1)`;

test('a log that nothing was done to has no findings', async () => {
  expect(await verify(store)).toEqual([]);
});

describe.each(Object.keys(NAMES))('in %s', (table) => {
  test('a value that is none, or huge, is named in each column', async () => {
    for (const { name, type } of await columnsOf(table)) {
      for (const value of ['null', HUGE[type] as string, ...(EXACT[type] ? [EXACT[type]] : [])]) {
        // the id of a row says in which partition its place is
        if (name === 'subject_id' && value === 'null') continue;
        const [before] = await store.database.query<{ is: boolean }>(
          `select ${name} is not distinct from ${value} as is from ${table} where ${ONE(table)}`,
        );
        if (before?.is) continue;
        await tamper(`update ${table} set ${name} = ${value} where ${ONE(table)}`);
        const found = { column: name, value: value.slice(0, 40), names: await names() };
        const isNamed = found.names.some((each) => NAMES[table]?.includes(each));
        expect({ ...found, isNamed }).toEqual({ ...found, isNamed: true });
        await restoreRows(store.database);
      }
    }
  });

  test('a row that is there twice is named', async () => {
    await tamper(`insert into ${table} select * from ${table} where ${ONE(table)}`);
    expect(await names()).not.toEqual([]);
  });
});

test.each([
  [
    'a block inside of another',
    `insert into evidence_blocks select 5, 1, 6, sha256('')::bytea, frontier, root_hash, sealed_at from evidence_blocks`,
  ],
  [
    'a block of other leaves before the first',
    `insert into evidence_blocks select -7, 1, -6, sha256(''), frontier, root_hash, sealed_at from evidence_blocks`,
  ],
  [
    'a hundred blocks without leaves',
    `insert into evidence_blocks select 0, 0, 0, '', frontier, root_hash, sealed_at from evidence_blocks, generate_series(1, 50)`,
  ],
  ['a hash of leaves that are not there', `insert into evidence_nodes values (8, 7, sha256(''))`],
  ['a hash of a level that is not stored', `insert into evidence_nodes values (3, 0, sha256(''))`],
  ['a place of a row that never was', `insert into evidence_leaves values (1, new_id(), 4)`],
  ['a place of a row that never was, and of no kind', `insert into evidence_leaves values (9, new_id(), 4)`],
])('surplus is BAD_TREE: %s', async (_what, statement) => {
  await tamper(statement);
  expect(await names()).toContain('BAD_TREE');
});

test('a leaf whose place was given to a row of no kind is DELETED', async () => {
  await tamper(
    `delete from webhook_request_logs r using evidence_leaves l where l.subject_id = r.id and l.leaf_index = 4`,
    'update evidence_leaves set kind = 9 where leaf_index = 4',
  );
  expect(await verify(store)).toMatchObject([{ name: 'DELETED', kind: null, leafIndex: 4 }]);
});

test('a block after a gap of more leaves than memory has bytes is TRUNCATED', async () => {
  await tamper(
    `insert into evidence_blocks select 4e15, 1, 4e15 + 1, sha256(''), frontier, root_hash, sealed_at from evidence_blocks limit 1`,
  );
  expect(await names()).toEqual(['TRUNCATED']);
});
