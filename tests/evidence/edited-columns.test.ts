// The edit of any column of any row that is sealed is found, and no other row is named.
import { randomUUID } from 'node:crypto';
import { LEAF_KINDS, type LeafKind } from '../../src/evidence/formats/leaf-kinds';
import { seal } from '../../src/evidence/seal';
import { LEAF_TABLES } from '../../src/evidence/sealed-rows.store';
import { newId } from '../../src/values/ids';
import { columnsOf, insertRandomRows, VALUES } from './random-rows';
import { addAuditor, exceptOfNobody, type Store, startStore, tamperWith, verify } from './stored-tree';

const KINDS = Object.keys(LEAF_KINDS) as LeafKind[];
const ROWS = 60;
/** leaf_hash is not trusted; the others are no facts: they are set at fan-out. */
const NOT_RECORDED = ['leaf_hash', 'fanned_out_at', 'wanted_by', 'traceparent'];

/** Another value of a column, of the same type. */
const OTHER: Record<string, string> = {
  uuid: 'gen_random_uuid()',
  text: `coalesce(%, '') || 'x'`,
  integer: 'coalesce(%, 0) + 1',
  boolean: 'not coalesce(%, false)',
  bytea: `coalesce(%, '') || 'x'`,
  'timestamp with time zone': `% + interval '1 ms'`,
  ARRAY: `coalesce(%, '{}') || gen_random_uuid()`,
};

function otherValue(table: string, { name, type }: { name: string; type: string }): string {
  const values = VALUES[`${table}.${name}`] ?? VALUES[name];
  if (values) return `case ${name} when '${values[0]}' then '${values[1]}' else '${values[0]}' end`;
  return (OTHER[type] as string).replaceAll('%', name);
}

/** A list of rows that are edited, and what a verification must find of them. */
interface Edits {
  statements: string[];
  expected: string[];
}

const PAYLOAD_COLUMNS = ['id', 'body', 'byte_length', 'content_type', 'body_salt', 'body_digest'];
/** The rows before this one have a column of their own edited; those from here on, a column of a payload. */
const FIRST_WITH_PAYLOAD = 44;
const AFTER_WIRE = FIRST_WITH_PAYLOAD + PAYLOAD_COLUMNS.length;

let store: Store;
const ids = {} as Record<LeafKind, string[]>;
const payloads = {} as Record<'request' | 'wire' | 'event', string[]>;

beforeAll(async () => {
  store = await startStore();
  await addAuditor(store);
  const { database } = store;
  for (const kind of KINDS) ids[kind] = await insertRandomRows(database, LEAF_TABLES[kind].table, ROWS);
  for (const owner of ['request', 'wire', 'event'] as const) payloads[owner] = await insertPayloads();
  await tamperWith(database, [
    // without content, another salt changes nothing
    `update audit_entries set criteria = coalesce(criteria, ''), reason = coalesce(reason, ''), remote_address = coalesce(remote_address, ''),
       identity_issuer = coalesce(identity_issuer, ''), identity_subject = coalesce(identity_subject, '')`,
    givePayloads('webhook_request_logs', ids.request, payloads.request, 'payload_id', 'body_digest'),
    givePayloads('webhook_request_logs', ids.request, payloads.wire, 'wire_payload_id', 'wire_body_digest'),
    givePayloads('business_events', ids.event, payloads.event, 'payload_id', 'body_digest'),
    ...KINDS.flatMap((kind) => [
      `update ${LEAF_TABLES[kind].table} r set leaf_hash = ${kind}_leaf_hash(r)`,
      `insert into evidence_queue (kind, subject_ids, leaf_hashes)
       select ${LEAF_KINDS[kind]}, array[id], leaf_hash from ${LEAF_TABLES[kind].table}`,
    ]),
  ]);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
});
afterAll(() => store.stop());

async function insertPayloads(): Promise<string[]> {
  const rows = await store.database.query<{ id: string }>(
    `insert into payloads (id, body, byte_length, content_type)
     select new_id(), body, octet_length(body), 'text/plain'
     from (select convert_to('body ' || n, 'UTF8') as body from generate_series(1, ${ROWS}) as n) as made returning id`,
  );
  return rows.map(({ id }) => id);
}

function givePayloads(table: string, rows: string[], given: string[], id: string, digest: string): string {
  return `update ${table} r set ${id} = p.id, ${digest} = p.body_digest
    from unnest('{${rows}}'::uuid[], '{${given}}'::uuid[]) as g (row_id, payload_id) join payloads p on p.id = g.payload_id
    where r.id = g.row_id`;
}

/** Edits each column of a kind in turn, in a row of its own. */
async function editColumns(kind: LeafKind): Promise<Edits> {
  const { table } = LEAF_TABLES[kind];
  const columns = (await columnsOf(store.database, table)).filter(({ name }) => !NOT_RECORDED.includes(name));
  expect(columns.length).toBeLessThanOrEqual(FIRST_WITH_PAYLOAD);
  const edits: Edits = { statements: [], expected: [] };
  for (let at = 0; at < FIRST_WITH_PAYLOAD; at++) {
    const column = columns[at % columns.length] as { name: string; type: string };
    const id = ids[kind][at] as string;
    const other = `01a2${randomUUID().slice(4)}`;
    const value = column.name === 'id' ? `'${other}'` : otherValue(table, column);
    edits.statements.push(`update ${table} set ${column.name} = ${value} where id = '${id}'`);
    if (column.name === 'id') edits.expected.push(`DELETED ${kind} ${id}`, `NOT_SEALED ${kind} ${other}`);
    else edits.expected.push(`CHANGED ${kind} ${id}`);
  }
  return edits;
}

/** Edits each column of the payloads of rows, from this row on. */
function editPayloads(kind: 'request' | 'event', of: readonly string[], first: number): Edits {
  const types: Record<string, string> = { byte_length: 'integer', content_type: 'text' };
  return {
    statements: PAYLOAD_COLUMNS.map((name, at) => {
      const type = types[name] ?? 'bytea';
      const value = name === 'id' ? `'${newId()}'` : otherValue('payloads', { name, type });
      return `update payloads set ${name} = ${value} where id = '${of[first + at]}'`;
    }),
    expected: PAYLOAD_COLUMNS.map((_, at) => `CHANGED ${kind} ${ids[kind][first + at]}`),
  };
}

const found = async () =>
  [...new Set(exceptOfNobody(await verify(store)).map(({ name, kind, rowId }) => `${name} ${kind} ${rowId}`))].sort();

test('each column of 200 rows of all kinds is edited in turn, and a verification names exactly these rows', async () => {
  expect(await found()).toEqual([]);
  const edits: Edits[] = [];
  for (const kind of KINDS) edits.push(await editColumns(kind));
  edits.push(
    editPayloads('request', payloads.request, FIRST_WITH_PAYLOAD),
    editPayloads('request', payloads.wire, AFTER_WIRE),
    editPayloads('event', payloads.event, FIRST_WITH_PAYLOAD),
  );
  const statements = edits.flatMap((each) => each.statements);
  expect(statements.length).toBeGreaterThan(190);
  await tamperWith(store.database, statements);
  expect(await found()).toEqual(edits.flatMap(({ expected }) => expected).sort());
});
