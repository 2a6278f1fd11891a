// The stored proofs of witnesses and of a time-stamp authority, checked by verifyEvidence with the keys and certificates that it trusts.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Viewer } from '../../../src/access/viewer';
import { createSender, type Sender } from '../../../src/delivery/http/send';
import { insertAnchor } from '../../../src/evidence/anchors/anchor.store';
import { createAnchoring } from '../../../src/evidence/anchors/anchor-heads';
import { exportBundle } from '../../../src/evidence/exporting/bundle';
import { readWitnessVkey, type VerifierKey } from '../../../src/evidence/formats/signed-note';
import { checkTimeStamp, readCertificates } from '../../../src/evidence/formats/time-stamp-token';
import { newestHead, type SignedHead } from '../../../src/evidence/head.store';
import { seal } from '../../../src/evidence/seal';
import { tilesOf } from '../../../src/evidence/tree.store';
import type { TrustedParties } from '../../../src/evidence/verifying/tree/check-anchors';
import { newId } from '../../../src/values/ids';
import { verify as verifyBundle } from '../sealing';
import { addAuditor, INSERT_CLOSED, type Store, storeForEach, tamperWith, verify } from '../stored-tree';
import { type Authority, makeAuthority, makeWitnessKey } from './witness-and-authority';

const NAME = 'witness.example.com/w1';
const key = makeWitnessKey(NAME);
const witnesses = [readWitnessVkey(key.vkey) as VerifierKey];
const started = storeForEach();
let store: Store;
let folder: string;
let authority: Authority;
let trusted: TrustedParties;
const sender: Sender = createSender({ allowHttp: true, allowedNetworks: [] });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-tsa-'));
  authority = await makeAuthority(folder);
  trusted = { witnesses, authorities: readCertificates(await readFile(join(folder, 'ca.pem'), 'utf8')) };
});
afterAll(async () => {
  await sender.stop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  store = started();
  await addAuditor(store);
  await add(3);
});

async function add(rows: number): Promise<void> {
  await store.database.query(INSERT_CLOSED, [rows]);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

/** A witness cosigns the newest head. */
async function cosign(): Promise<void> {
  const head = await newestHead(store.source.manager);
  if (!head) throw new Error('no head');
  const { origin, treeSize, checkpoint } = head;
  const proof = Buffer.from(key.cosign(checkpoint, 1_772_616_600));
  const anchor = {
    id: newId(),
    origin,
    treeSize,
    kind: 'WITNESS' as const,
    by: NAME,
    query: null,
    proof,
    at: new Date(),
  };
  expect(await insertAnchor(store.source.manager, anchor)).toBe(true);
}

/** The authority stamps the newest head. @returns why it failed */
async function stamp(authorities: TrustedParties['authorities']): Promise<string[]> {
  const failures: string[] = [];
  const through = {
    ...sender,
    send: async (request: { body?: Buffer | null }) =>
      ({
        error: null,
        responseTruncated: false,
        responseBody: await authority.answer(request.body as Buffer),
      }) as never,
  };
  await createAnchoring({
    db: store.source.manager,
    transaction: store.transaction,
    sender: through,
    witnesses: [],
    authority: { url: 'http://tsa.example.com/', trusted: authorities },
    onFailure: (_target, error) => failures.push(error),
  }).step();
  return failures;
}

const tamper = (...statements: string[]) => tamperWith(store.database, statements);
const found = async (parties = trusted) =>
  (await verify(store, 'TREE', [], undefined, parties)).map(({ name, treeSize }) => `${name} ${treeSize}`);

test('right proofs have no findings, whoever is trusted; a time-stamp of an authority that is not trusted has', async () => {
  await cosign();
  expect(await stamp(trusted.authorities)).toEqual([]);
  expect(await found()).toEqual([]);
  expect(await found({ witnesses: [], authorities: [] })).toEqual([]);
  const other = await mkdtemp(join(tmpdir(), 'hookledger-tsa-'));
  await makeAuthority(other);
  const authorities = readCertificates(await readFile(join(other, 'ca.pem'), 'utf8'));
  await rm(other, { recursive: true });
  expect(await found({ witnesses, authorities })).toEqual(['BAD_ANCHOR 4']);
  await add(1);
  await tamper('delete from evidence_anchor_targets');
  expect(await stamp(authorities)).toEqual([expect.stringContaining('EVIDENCE_TSA_CA_FILE does not vouch')]);
});

test.each([
  ['a cosignature is edited', 'WITNESS', `proof = overlay(proof placing 'AAAA'::bytea from 60)`],
  ['a cosignature is another text', 'WITNESS', `proof = 'x'`],
  ['a cosignature is of another witness', 'WITNESS', `by = 'witness.example.com/w2'`],
  ['a proof is gone', 'WITNESS', 'proof = null'],
  ['a time-stamp is cut off', 'RFC3161', 'proof = substring(proof for 200)'],
  ['a time-stamp is empty', 'RFC3161', `proof = ''`],
  ['the query has another nonce', 'RFC3161', `query = overlay(query placing '\\x00'::bytea from 60)`],
  ['the query is gone', 'RFC3161', 'query = null'],
  ['an own event has a proof', 'RFC3161', `kind = 'EVENT'`],
  ['a time is none', 'RFC3161', `at = 'infinity'`],
])('%s: BAD_ANCHOR', async (_what, kind, change) => {
  await cosign();
  await stamp(trusted.authorities);
  await tamper(`update evidence_anchors set ${change} where kind = '${kind}'`);
  expect(await found()).toEqual(['BAD_ANCHOR 4']);
});

test('no byte of a time-stamp can be changed unseen where it says what was stamped, when, and by whom', async () => {
  await stamp(trusted.authorities);
  const [{ proof } = { proof: Buffer.alloc(0) }] = await store.database.query<{ proof: Buffer }>(
    'select proof from evidence_anchors',
  );
  const head = await newestHead(store.source.manager);
  const isRight = (bytes: Buffer) => {
    try {
      return checkTimeStamp(bytes, head?.checkpoint ?? '', trusted.authorities).isTrusted;
    } catch {
      return false;
    }
  };
  expect(isRight(proof)).toBe(true);
  const unseen: number[] = [];
  for (let at = 0; at < proof.length; at++) {
    const edited = Buffer.from(proof);
    edited[at] = (edited[at] as number) ^ 1;
    if (isRight(edited)) unseen.push(at);
  }
  // the rest has certificates that are trusted anyway, and what names the certificate whose hash is signed
  const info = proof.indexOf('0b2a864886f70d0109100104', 'hex');
  const time =
    info +
    proof
      .subarray(info)
      .toString('latin1')
      .search(/\d{14}Z/);
  expect(time).toBeGreaterThan(info);
  const isSigned = (at: number) => (at >= info && at < time + 15) || at >= proof.length - 64;
  expect(unseen.filter(isSigned)).toEqual([]);
});

test('a head that a witness cosigned, and that was replaced by another history of the same size, is found', async () => {
  await cosign();
  await tamper(
    `update webhook_request_logs set error = 'Nothing happened.'`,
    'update webhook_request_logs r set leaf_hash = request_leaf_hash(r)',
    ...['heads', 'blocks', 'leaves', 'nodes'].map((table) => `delete from evidence_${table}`),
    `insert into evidence_queue (kind, subject_ids, leaf_hashes)
       select 1, array[id], leaf_hash from webhook_request_logs union all select 5, array[id], leaf_hash from names`,
  );
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  expect(await found({ witnesses: [], authorities: [] })).toEqual([]);
  expect(await found()).toEqual(['BAD_ANCHOR 4']);
  // though its head is gone too
  await tamper('delete from evidence_heads');
  expect(await found()).toEqual(['FORKED 4']);
});

test('a newest head that was deleted, and of which a cosignature or a sent size is left, is found', async () => {
  await add(2);
  await cosign();
  await tamper('delete from evidence_heads where tree_size = 6');
  expect(await found()).toEqual(['BAD_HEAD 6']);
  await tamper(
    'delete from evidence_anchors',
    `insert into evidence_anchor_targets (kind, by, anchored_size) values ('WITNESS', '${NAME}', 6)`,
  );
  expect(await found()).toEqual(['BAD_HEAD 6']);
});

test('a bundle has the time-stamp of the first head that contains its records, and none of an earlier one', async () => {
  expect(await stamp(trusted.authorities)).toEqual([]);
  await add(2);
  const [user] = await store.database.query<{ id: string }>('select id from users');
  const places = await store.database.query<{ id: string; leafIndex: number }>(
    `select subject_id as id, leaf_index::int as "leafIndex" from evidence_leaves where kind = 1 order by leaf_index`,
  );
  const db = store.source.manager;
  const exported = async (first: number, past: number) => {
    const rows = places.slice(first, past).map((place) => ({ kind: 'request' as const, ...place }));
    const tree = { head: (await newestHead(db)) as SignedHead, read: tilesOf(db) };
    const order = { where: null, disclose: [], earlierSizes: [], reason: 'A dispute', check: () => undefined };
    return store.transaction((own) =>
      exportBundle(own, { userId: user?.id } as Viewer, { rows, notSealed: 0 }, tree, order),
    );
  };
  const [{ vkey } = { vkey: '' }] = await store.database.query<{ vkey: string }>('select vkey from evidence_keys');
  const checked = async (text: string, pem = 'ca.pem') =>
    verifyBundle(text, ['--key', vkey, '--tsa', 'tsa.pem'], { 'tsa.pem': await readFile(join(folder, pem), 'utf8') });
  const old = await checked((await exported(0, 3)).text);
  expect(old.output).toMatch(/the first 4 leaves existed at 20\S+Z, says CN=Test TSA/);
  expect(old.code).toBe(0);
  const all = (await exported(0, 5)).text;
  expect(await checked(all)).toMatchObject({
    code: 2,
    output: expect.stringContaining('the bundle has no time-stamp'),
  });
  // without certificates nothing is said of the time
  expect(await verifyBundle(all, ['--key', vkey])).toMatchObject({ code: 0 });
  await tamper(`update evidence_anchor_targets set tried_at = null`);
  expect(await stamp(trusted.authorities)).toEqual([]);
  const stamped = await checked((await exported(0, 5)).text);
  expect(stamped.output).toMatch(/the first 6 leaves existed at /);
  expect(stamped.output).not.toContain('not among them');
});
