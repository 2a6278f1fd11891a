// Keys that a person with the database, and without ENCRYPTION_KEY, has written: a verification names them without a head in hand.
import { generateKeyPairSync } from 'node:crypto';
import { checkpointText, readCheckpoint, signNote, writeVkey } from '../../../src/evidence/formats/signed-note';
import { newestHead } from '../../../src/evidence/head.store';
import { NO_HEAD_FILE } from '../../../src/evidence/known-head';
import { restartLog } from '../../../src/evidence/restart-log';
import { rotateKey } from '../../../src/evidence/rotate-key';
import { seal } from '../../../src/evidence/seal';
import { newId } from '../../../src/values/ids';
import { addAuditor, INSERT_CLOSED, type Store, storeForEach, tamperWith, verify } from '../stored-tree';

const ORIGIN = 'erp.example.com/evidence/1';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const started = storeForEach();
let store: Store;

beforeEach(async () => {
  store = started();
  await addAuditor(store);
  await add();
});

async function add(): Promise<void> {
  await store.database.query(INSERT_CLOSED, [2]);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

async function rotate(compromisedAt: Date | null): Promise<void> {
  const [user] = await store.database.query<{ id: string }>('select id from users');
  const order = { reason: 'A backup was stolen', compromisedAt };
  await store.transaction((db) => rotateKey(db, { userId: user?.id } as never, store.keyring, order));
}

const found = async () => (await verify(store, 'TREE')).map(({ name, message }) => [name, message.split(':')[0]]);
/** What a thief of the login of the application may insert. */
const insertKey = (secret: string, id = newId()) =>
  store.database.query(
    `insert into evidence_keys (id, origin, vkey, kek, wrapped, box, destroyed_at, retires_at, created_at)
     select $1, $2, $3, ${secret}, now() from evidence_keys limit 1`,
    [id, ORIGIN, writeVkey(ORIGIN, publicKey)],
  );

test('a key that no sealed entry introduces is BAD_KEY, though its signatures are right', async () => {
  await insertKey(`kek, wrapped, box, null::timestamptz, null::timestamptz`);
  const head = readCheckpoint((await newestHead(store.source.manager))?.checkpoint ?? '');
  const forged = signNote(checkpointText({ ...head, origin: ORIGIN } as never), ORIGIN, privateKey);
  await tamperWith(store.database, [
    `update evidence_heads set checkpoint = convert_from('\\x${Buffer.from(forged).toString('hex')}', 'UTF8')`,
  ]);
  expect(await found()).toEqual([['BAD_KEY', 'No sealed entry of the audit trail says how this key came to be']]);
});

test('a first key that was replaced cannot be decrypted with ENCRYPTION_KEY', async () => {
  const vkey = writeVkey(ORIGIN, publicKey);
  const head = readCheckpoint((await newestHead(store.source.manager))?.checkpoint ?? '');
  const forged = signNote(checkpointText({ ...head, origin: ORIGIN } as never), ORIGIN, privateKey);
  await tamperWith(store.database, [
    `update evidence_keys set vkey = '${vkey}'`,
    `update evidence_heads set checkpoint = convert_from('\\x${Buffer.from(forged).toString('hex')}', 'UTF8')`,
  ]);
  expect(await found()).toEqual([
    ['BAD_KEY', 'The private half of a key cannot be decrypted with ENCRYPTION_KEY, or it is of another key'],
  ]);
});

test('a key that claims to be older than the first one, and destroyed, is not believed', async () => {
  await insertKey('null, null, null, now(), now()', '00000000-0000-7000-8000-000000000000');
  const names = (await found()).map(([name]) => name);
  expect(names).toEqual(['BAD_KEY', 'BAD_KEY']);
});

test('that a key is compromised, or when it retires, cannot be taken back', async () => {
  await rotate(new Date());
  await add();
  expect(await verify(store)).toMatchObject([{ name: 'BAD_HEAD' }]);
  await tamperWith(store.database, ['update evidence_keys set compromised_at = null where compromised_at is not null']);
  expect(await found()).toEqual([
    ['BAD_KEY', 'The sealed entry about a key says another thing about when it was compromised'],
  ]);
  await tamperWith(store.database, [
    `update evidence_keys set retires_at = now() + interval '1 day' where retires_at is not null`,
  ]);
  expect(await found()).toEqual([['BAD_KEY', 'No sealed entry says that a key retires at this time']]);
});

test('a key that a sealed entry names, and that was deleted, is named', async () => {
  await rotate(null);
  await add();
  expect(await found()).toEqual([]);
  await tamperWith(store.database, ['delete from evidence_keys where signs_from is not null']);
  expect((await found()).map(([, message]) => message)).toContain(
    'A sealed entry of the audit trail names a key that is gone',
  );
});

test('the key of a restarted log is the one that the sealed entry of the restart names', async () => {
  const lost = signNote(`${ORIGIN}\n9\n${Buffer.alloc(32, 7).toString('base64')}\n`, ORIGIN, privateKey);
  const memory = { ...NO_HEAD_FILE, kept: async () => lost };
  await restartLog(store.transaction, {
    keyring: store.keyring,
    host: 'erp.example.com',
    memory,
    reason: 'The disk failed',
  });
  await add();
  expect(await verify(store)).toEqual([]);
  await tamperWith(store.database, ['update evidence_keys set continues = null']);
  expect(await found()).toEqual([['BAD_KEY', 'The sealed entry about a key says another thing about its first head']]);
});
