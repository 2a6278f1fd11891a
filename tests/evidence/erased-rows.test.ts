// Rows whose content is gone, and whether a sealed entry says so.
import { LEAF_KINDS, type LeafKind } from '../../src/evidence/formats/leaf-kinds';
import { seal } from '../../src/evidence/seal';
import { LEAF_TABLES } from '../../src/evidence/sealed-rows.store';
import { insertRandomRows } from './random-rows';
import { addAuditor, exceptOfNobody, type Store, startStore, tamperWith, verify } from './stored-tree';

const KINDS = Object.keys(LEAF_KINDS) as LeafKind[];
const CONTENT: Record<LeafKind, string> = {
  request: `url = '[erased]', headers = null, reference_document = null, response_headers = null, response_body = null,
    error = null, remote_address = null`,
  audit:
    'criteria = null, reason = null, remote_address = null, user_agent = null, identity_issuer = null, identity_subject = null',

  event: `reference_document = '[erased]', idempotency_key = null, remote_address = null`,
  decision: 'message = null',
  name: `name = '[erased]', full_name = null`,
};

const SALT = 'content_salt = null';
const SALTS: Record<LeafKind, string> = {
  request: SALT,
  audit: 'criteria_salt = null, reason_salt = null, origin_salt = null, identity_salt = null',
  event: SALT,
  decision: SALT,
  name: SALT,
};

let store: Store;
const ids = {} as Record<LeafKind, string[]>;

beforeAll(async () => {
  store = await startStore();
  await addAuditor(store);
  const { database } = store;
  for (const kind of KINDS) ids[kind] = await insertRandomRows(database, LEAF_TABLES[kind].table, 4);
  await tamperWith(
    database,
    KINDS.flatMap((kind) => [
      `update ${LEAF_TABLES[kind].table} r set leaf_hash = ${kind}_leaf_hash(r)`,
      `insert into evidence_queue (kind, subject_ids, leaf_hashes)
       select ${LEAF_KINDS[kind]}, array[id], leaf_hash from ${LEAF_TABLES[kind].table}`,
    ]),
  );
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
});
afterAll(() => store.stop());

const erase = (kind: LeafKind, digests = `content_digests(${kind}_record(r))`) =>
  `update ${LEAF_TABLES[kind].table} r set erased_digests = ${digests}, ${SALTS[kind]},
     erasure_id = gen_random_uuid(), ${CONTENT[kind]} where id = '${ids[kind][0]}'`;

test.each(KINDS)('the record of an erased %s is the same, and another one is refused', async (kind) => {
  const { database } = store;
  const run = async (...statements: string[]) => {
    await database.query('begin');
    try {
      for (const statement of statements) await database.query(statement);
    } finally {
      await database.query('rollback');
    }
  };
  await run(erase(kind));
  const refused = /is refused: the record is write-once/;
  await expect(run(erase(kind, `'{"error":"00"}'`))).rejects.toThrow(refused);
  const { table } = LEAF_TABLES[kind];
  const where = `where id = '${ids[kind][0]}'`;
  // what is erased stays erased, under the same order, and nothing else changes with it
  await expect(run(erase(kind), `update ${table} set erasure_id = gen_random_uuid() ${where}`)).rejects.toThrow(
    refused,
  );
  await expect(run(erase(kind).replace(SALTS[kind], `leaf_hash = sha256(''), ${SALTS[kind]}`))).rejects.toThrow(
    refused,
  );
  const [column = ''] = CONTENT[kind].split(' = ');
  const value = kind === 'event' || kind === 'request' ? `'[erased]'` : 'null';
  await expect(run(erase(kind).replace(`${column} = ${value}`, `${column} = 'kept'`))).rejects.toThrow(refused);
  await expect(run(`update ${table} set ${column} = 'x' ${where}`)).rejects.toThrow(refused);
});

test('a body is erased only under the digest that is in its record', async () => {
  const { database } = store;
  const [row] = await database.query<{ id: string }>(
    `insert into payloads (id, body, byte_length, content_type) values (new_id(), 'body', 4, 'text/plain') returning id`,
  );
  const eraseBody = (digest: string) =>
    database.query(
      `update payloads set erased_digest = ${digest}, body = null, body_salt = null, erasure_id = gen_random_uuid()
       where id = $1`,
      [row?.id],
    );
  await expect(eraseBody(`'00'`)).rejects.toThrow(/write-once/);
  await eraseBody(`encode(evidence_digest(body_salt, 'body', body), 'hex')`);
});

test('content that is gone without a sealed entry is found, and so are edited digests', async () => {
  await tamperWith(
    store.database,
    KINDS.map((kind) => erase(kind)),
  );
  const found = async () =>
    exceptOfNobody(await verify(store, 'ROWS'))
      .map(({ name, kind, rowId }) => `${name} ${kind} ${rowId}`)
      .sort();
  expect(await found()).toEqual(KINDS.map((kind) => `ERASED_WITHOUT_ORDER ${kind} ${ids[kind][0]}`).sort());
  await tamperWith(
    store.database,
    KINDS.map((kind) => `update ${LEAF_TABLES[kind].table} set erased_digests = 'x' where id = '${ids[kind][0]}'`),
  );
  expect(await found()).toEqual(KINDS.map((kind) => `CHANGED ${kind} ${ids[kind][0]}`).sort());
});
