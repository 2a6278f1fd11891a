// Heads that only a compromised key signed prove nothing, unless others had them before it was compromised.
import type { AnchorKind } from '../../src/evidence/anchors/anchor.store';
import { insertAnchor } from '../../src/evidence/anchors/anchor.store';
import { readWitnessVkey, type VerifierKey } from '../../src/evidence/formats/signed-note';
import { newestHead, type SignedHead } from '../../src/evidence/head.store';
import { rotateKey } from '../../src/evidence/rotate-key';
import { seal } from '../../src/evidence/seal';
import { newId } from '../../src/values/ids';
import { makeWitnessKey } from './anchors/witness-and-authority';
import { addAuditor, INSERT_CLOSED, type Store, startStore, tamperWith, verify } from './stored-tree';

const HOST = 'erp.example.com';
const MINUTE = 60_000;
const start = Date.now();
/** A whole second, as a witness says it. */
const COMPROMISED = new Date(Math.floor(start / 1_000) * 1_000 - 2 * MINUTE);
const BEFORE = new Date(start - 3 * MINUTE);
let store: Store;
/** Of the first key, oldest first. */
let heads: SignedHead[];

async function signed(): Promise<SignedHead> {
  await store.database.query(INSERT_CLOSED, [3]);
  while (await seal(store.transaction, store.keyring, HOST));
  return (await newestHead(store.source.manager)) as SignedHead;
}

async function rotate(compromisedAt: Date | null): Promise<string> {
  const viewer = { userId: (await store.database.query<{ id: string }>('select id from users'))[0]?.id };
  return store.transaction((db) =>
    rotateKey(db, viewer as never, store.keyring, { reason: 'The backup was stolen', compromisedAt }),
  );
}

const witness = makeWitnessKey('witness.example.com/w1');
const other = makeWitnessKey('witness.example.com/w2');
const PARTIES = {
  witnesses: [readWitnessVkey(witness.vkey), readWitnessVkey(other.vkey)] as VerifierKey[],
  authorities: [],
};
const DAY = 24 * 60 * MINUTE;

/** Whatever the row says about its time: the cosignature has the one of the witness. */
async function anchor(head: SignedHead | undefined, kind: AnchorKind, time: Date, key = witness): Promise<void> {
  const { origin, treeSize, checkpoint } = head as SignedHead;
  const line = Buffer.from(key.cosign(checkpoint, Math.floor(time.getTime() / 1000)));
  const proof = kind === 'EVENT' ? null : kind === 'WITNESS' ? line : Buffer.from('proof');
  const by = kind === 'WITNESS' ? (key.vkey.split('+')[0] as string) : newId();
  const made = { id: newId(), origin, treeSize, kind, by, query: null, proof, at: new Date(start - DAY) };
  expect(await insertAnchor(store.source.manager, made)).toBe(true);
}

const verified = (parties = PARTIES) => verify(store, 'TREE', [], undefined, parties);
const found = async () =>
  (await verified()).map(({ name, treeSize, message }) => [name, treeSize, message.split(' have ')[0]]);

beforeEach(async () => {
  store = await startStore();
  await addAuditor(store);
  heads = [await signed(), await signed(), await signed()];
});
afterEach(() => store.stop());

test('without an anchor, all its heads are named in one finding; those of the next key are not', async () => {
  expect(await found()).toEqual([]);
  const vkey = await rotate(COMPROMISED);
  await signed();
  const findings = await verify(store);
  expect(findings).toMatchObject([{ name: 'BAD_HEAD', kind: null, rowId: null, treeSize: 4 }]);
  expect(findings[0]?.message).toMatch(/^3 heads of 4 to 10 leaves have no signature but that of a key/);
  expect(findings[0]?.message).toContain(COMPROMISED.toISOString());
  expect(findings[0]?.message).not.toContain(vkey);
});

test('a head that was anchored before is believed, and so are those of smaller trees', async () => {
  await anchor(heads[1], 'WITNESS', BEFORE);
  await anchor(heads[2], 'WITNESS', COMPROMISED);
  await rotate(COMPROMISED);
  await signed();
  const [finding, ...others] = await verified();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ name: 'BAD_HEAD', treeSize: 10 });
  expect(finding?.message).toMatch(/^The head of 10 leaves has no signature but that .* had it before: erp\./);
  await anchor(heads[2], 'WITNESS', BEFORE, other);
  expect(await found()).toEqual([]);
});

test('a proof that a thief of the login could have written is no anchor', async () => {
  await anchor(heads[2], 'ATTACHED', BEFORE);
  await anchor(heads[2], 'WITNESS', BEFORE);
  await rotate(COMPROMISED);
  const all = [['BAD_HEAD', 4, '3 heads of 4 to 10 leaves']];
  expect((await verified({ witnesses: [], authorities: [] })).map(({ name, treeSize }) => [name, treeSize])).toEqual([
    ['BAD_HEAD', 4],
  ]);
  expect(await found()).toEqual([]);
  await tamperWith(store.database, [`delete from evidence_anchors where kind = 'WITNESS'`]);
  expect(await found()).toEqual(all);
});

test('the own event about a head, which nobody may have got, is no anchor', async () => {
  await anchor(heads[2], 'EVENT', BEFORE);
  await rotate(COMPROMISED);
  expect(await found()).toEqual([['BAD_HEAD', 4, '3 heads of 4 to 10 leaves']]);
});

test('a head that another key signed too is believed, and a key that was only rotated stays trusted', async () => {
  await rotate(null);
  // both sign; the second one is compromised then
  await signed();
  await rotate(COMPROMISED);
  await signed();
  expect(await found()).toEqual([]);
});
