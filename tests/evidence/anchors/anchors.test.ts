// Signed heads go to witnesses, to a time-stamp authority, and to webhooks, and what fails there holds nothing up.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSender, type Sender } from '../../../src/delivery/http/send';
import { anchorTargets, orderAnchors } from '../../../src/evidence/anchors/anchor.store';
import { type AnchorParts, createAnchoring } from '../../../src/evidence/anchors/anchor-heads';
import { readPolicy } from '../../../src/evidence/anchors/witness';
import { cosignatureOf, readNote, readVkey, readWitnessVkey } from '../../../src/evidence/formats/signed-note';
import { evidenceKeys, newestHead, signedText } from '../../../src/evidence/head.store';
import { seal } from '../../../src/evidence/seal';
import { parseNetworks } from '../../../src/values/networks';
import { type Answer, type Receiver, startReceiver } from '../../support/receiver';
import { INSERT_CLOSED, type Store, storeForEach } from '../stored-tree';
import { makeAuthority, makeWitnessKey, witnessAnswers } from './witness-and-authority';

const HOST = 'erp.example.com';
const key = makeWitnessKey('witness.example.com/w1');
const started = storeForEach();
let store: Store;
let party: Receiver;
let sender: Sender;
const failures: string[] = [];

beforeAll(() => {
  store = started();
});
beforeEach(async () => {
  party = await startReceiver();
  const allowedNetworks = parseNetworks('127.0.0.0/8');
  sender = createSender({ allowHttp: true, allowedNetworks }, { responseBytesKept: 65_536, responseBytesRead: 65_536 });
  failures.length = 0;
});
afterEach(() => Promise.all([sender.stop(), party.stop()]));

const db = () => store.source.manager;
const insert = (count: number, documentType: string | null = null) =>
  store.database.query(
    INSERT_CLOSED.replace('(id,', '(document_type, id,').replace('select new_id(),', 'select $2, new_id(),'),
    [count, documentType],
  );

/** Without the events of Hookledger itself, so that the sizes are those of the inserted rows. */
async function sealAll(): Promise<number> {
  await store.database.query('delete from evidence_queue where kind = 3');
  while (await seal(store.transaction, store.keyring, HOST));
  return (await newestHead(db()))?.treeSize ?? 0;
}

const witnessHere = () => readPolicy(`# ours\nwitness w1 ${key.vkey} ${party.url}/w/\nquorum w1\n`).witnesses;

function anchoring(parts: Partial<AnchorParts> = {}) {
  return createAnchoring({
    db: db(),
    transaction: store.transaction,
    sender,
    witnesses: [],
    authority: null,
    onFailure: (_target, error) => failures.push(error),
    ...parts,
  });
}

/** As if the last tries were this long ago. */
const later = (time: string) =>
  store.database.query(`update evidence_anchor_targets set tried_at = tried_at - $1::interval`, [time]);
const targetOf = async (kind: string) => (await anchorTargets(db())).find((target) => target.kind === kind);
const events = () =>
  store.database.query<{ size: number; document: string }>(
    `select (convert_from(p.body, 'UTF8')::json ->> 'treeSize')::int as size, reference_document as document
     from business_events e join payloads p on p.id = e.payload_id where e.event = 'evidence.head_signed' order by e.id`,
  );

test('a witness cosigns the newest head, with a consistency proof from the second one on', async () => {
  const { answer, seen } = witnessAnswers(key);
  party.answerWith(answer);
  await insert(5);
  await sealAll();
  const { step } = anchoring({ witnesses: witnessHere() });
  await step();
  expect(failures).toEqual([]);
  await insert(300);
  expect(await sealAll()).toBe(305);
  await step();
  expect(seen.size).toBe(5);
  await later('10 minutes');
  await step();
  expect(seen.size).toBe(305);
  expect(party.calls.map(({ body }) => body.toString().split('\n')[0])).toEqual(['old 0', 'old 5']);
  const head = await newestHead(db());
  const witness = readWitnessVkey(key.vkey);
  const [logKey] = await evidenceKeys(db());
  expect(
    witness && cosignatureOf(head?.checkpoint ?? '', (head?.checkpoint ?? '').split('\n\n')[1] ?? '', witness),
  ).not.toBe('');
  const vkey = readVkey(logKey?.vkey ?? '');
  expect(readNote(head?.checkpoint ?? '', vkey ? [vkey] : [])?.signature).toBe('RIGHT');
  expect(await targetOf('WITNESS')).toMatchObject({ anchoredSize: 305, error: null, by: 'witness.example.com/w1' });
});

test('a witness that knows another size is asked again, and one that knows more than the tree is believed', async () => {
  const { answer, seen } = witnessAnswers(key);
  party.answerWith(answer);
  seen.size = 3;
  await insert(5);
  await sealAll();
  const { step } = anchoring({ witnesses: witnessHere() });
  await step();
  expect(failures).toEqual([]);
  expect(party.calls).toHaveLength(2);
  seen.size = 900;
  await insert(1);
  await sealAll();
  await later('10 minutes');
  await step();
  expect(failures).toEqual(['The witness knows a head of 900 leaves, and the tree has 6: was the database restored?']);
  expect(await targetOf('WITNESS')).toMatchObject({ anchoredSize: 5, error: failures[0] });
});

const NO_COSIGNATURE = /no right cosignature/;
test.each<{ what: string; answer: (body: string, old: string) => Answer; error: RegExp }>([
  { what: 'fails', answer: () => ({ status: 500, body: 'no' }), error: /500/ },
  { what: 'knows no such log', answer: () => ({ status: 404 }), error: /does not know the log: give it the origin/ },
  { what: 'knows another key of the log', answer: () => ({ status: 403 }), error: /none of the keys that signed/ },
  { what: 'finds two histories', answer: () => ({ status: 422 }), error: /head of 0 leaves .* two histories/ },
  { what: 'answers nothing', answer: () => ({}), error: NO_COSIGNATURE },
  {
    what: 'signs with another key',
    answer: (body) => ({ body: makeWitnessKey('witness.example.com/w1').cosign(body, 1) }),
    error: NO_COSIGNATURE,
  },
  { what: 'signs another head', answer: () => ({ body: key.cosign('other\n1\n\n', 1) }), error: NO_COSIGNATURE },
  { what: 'answers without end', answer: () => ({ body: 'x'.repeat(200_000) }), error: /long|large|more than/i },
  {
    what: 'cosigned another root of the size of the head',
    answer: (_body, old) => (old === 'old 0' ? { status: 409, body: '2\n' } : { status: 409 }),
    error: /head of 2 leaves .* two histories/,
  },
  { what: 'contradicts itself', answer: () => ({ status: 409, body: '0\n' }), error: /409/ },
])('the failure of a witness that $what is shown, and is tried again', async ({ answer, error }) => {
  party.answerWith(({ body }) => {
    const text = body.toString();
    return answer(text.slice(text.indexOf('\n\n') + 2), text.slice(0, text.indexOf('\n')));
  });
  await insert(2);
  await sealAll();
  const { step } = anchoring({ witnesses: witnessHere() });
  await step();
  expect(failures).toEqual([expect.stringMatching(error)]);
  expect(await targetOf('WITNESS')).toMatchObject({ anchoredSize: null, error: failures[0] });
  await step();
  expect(failures).toHaveLength(1);
  party.answerWith(witnessAnswers(key).answer);
  await later('10 minutes');
  await step();
  expect(await targetOf('WITNESS')).toMatchObject({ anchoredSize: 2, error: null });
  expect(await sealAll()).toBe(2);
});

test('a private address is not called, unless it is allowed', async () => {
  const guarded = createSender({ allowHttp: true, allowedNetworks: [] });
  await insert(1);
  await sealAll();
  const parts = { witnesses: witnessHere(), authority: { url: `${party.url}/`, trusted: [] }, sender: guarded };
  await anchoring(parts).step();
  await guarded.stop();
  expect(failures).toHaveLength(2);
  expect(party.calls).toEqual([]);
});

test('a time-stamp authority signs a head once a day, and on demand; openssl verifies it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hookledger-tsa-'));
  const authority = await makeAuthority(folder);
  const answers = new Map<string, Buffer>();
  party.answerWith(({ body }) => ({ body: answers.get(body.toString('hex')) ?? Buffer.alloc(0) }));
  const through: Sender = {
    ...sender,
    async send(request) {
      const query = request.body ?? Buffer.alloc(0);
      answers.set(query.toString('hex'), await authority.answer(query));
      return sender.send(request);
    },
  };
  await insert(3);
  await sealAll();
  const { step } = anchoring({ authority: { url: `${party.url}/tsa`, trusted: [] }, sender: through });
  await step();
  expect(failures).toEqual([]);
  const inOrder = `tree_size::int as "treeSize", proof from evidence_anchors where kind = 'RFC3161' order by id desc`;
  const stamps = (): Promise<{ treeSize: number; proof: Buffer }[]> => db().query(`select ${inOrder}`);
  const [stamp] = await stamps();
  const head = await newestHead(db());
  const text = head ? await signedText(db(), head) : '';
  expect(await authority.verify(text, stamp?.proof as Buffer)).toContain('Verification: OK');
  await expect(authority.verify(text.replace('\n3\n', '\n4\n'), stamp?.proof as Buffer)).rejects.toThrow();
  await insert(1);
  await sealAll();
  await later('23 hours');
  await step();
  expect(await stamps()).toHaveLength(1);
  expect(await orderAnchors(db(), new Date())).toBe(1);
  await step();
  expect((await stamps()).map(({ treeSize }) => treeSize)).toEqual([4, 3]);
  // the answer to another query
  await insert(1);
  await sealAll();
  party.answerWith(() => ({ body: stamp?.proof as Buffer }));
  await orderAnchors(db(), new Date());
  await step();
  expect(failures).toEqual([expect.stringContaining('for another query')]);
  await rm(folder, { recursive: true });
});

test('a target whose process ended before the answer came is asked again after ten minutes, not after a day', async () => {
  party.answerWith(() => ({ status: 500 }));
  await insert(1);
  await sealAll();
  const { step } = anchoring({ authority: { url: `${party.url}/tsa`, trusted: [] } });
  await step();
  // as takeTarget() leaves it, after an anchor of before
  await store.database.query(
    `update evidence_anchor_targets set error = null, anchored_size = 0, anchored_at = tried_at - interval '1 day'
     where kind = 'RFC3161'`,
  );
  await later('9 minutes');
  await step();
  expect(party.calls).toHaveLength(1);
  await later('1 minute');
  await step();
  expect(party.calls).toHaveLength(2);
});

test.each([
  { what: 'nothing', bytes: '', error: /not a response of RFC 3161/ },
  { what: 'a page', bytes: Buffer.from('<html>').toString('hex'), error: /not a response of RFC 3161/ },
  { what: 'a refusal', bytes: '30053003020102', error: /refused the query: status 2/ },
  { what: 'a length without end', bytes: '3084ffffffff', error: /not a response of RFC 3161/ },
  { what: 'a grant of nothing', bytes: '30053003020100', error: /for another query/ },
])('an authority that answers $what has failed', async ({ bytes, error }) => {
  party.answerWith(() => ({ body: Buffer.from(bytes, 'hex') }));
  await insert(1);
  await sealAll();
  await anchoring({ authority: { url: `${party.url}/tsa`, trusted: [] } }).step();
  expect(failures).toEqual([expect.stringMatching(error)]);
});

const subscribe = (status: string, events: string) =>
  store.database.query(
    `with owner as (
       insert into users (id, name, roles, active, created_at, updated_at) values (new_id(), $1, '{}', true, now(), now()) returning id
     )
     insert into webhooks (id, name, direction, status, url, document_type, events, timeout_ms, owner_id, created_at, updated_at)
     select new_id(), 'Auditor', 'OUTGOING', $1, 'https://auditor.example/', 'Hookledger', $2::text[], 5000, id, now(), now()
     from owner`,
    [status, events],
  );

test('no event announces a head that no webhook subscribes to', async () => {
  await subscribe('ARCHIVED', '{}');
  await subscribe('ACTIVE', '{webhook.failing}');
  await insert(2, 'Sales Invoice');
  await sealAll();
  const { step } = anchoring();
  await step();
  expect(await events()).toEqual([]);
  await subscribe('PAUSED', '{}');
  await insert(1, 'Sales Invoice');
  await sealAll();
  await step();
  expect(await events()).toMatchObject([{ size: 9 }]);
});

test('webhooks receive a head every ten minutes, and never one that seals only what they received', async () => {
  await subscribe('ACTIVE', '{evidence.head_signed}');
  await insert(2, 'Sales Invoice');
  await sealAll();
  const { step } = anchoring();
  await Promise.all([step(), anchoring().step()]);
  expect(await events()).toMatchObject([{ size: 4, document: `${HOST}/evidence/1` }]);
  // its deliveries, for hours
  for (let round = 0; round < 3; round++) {
    await insert(2, 'Hookledger');
    await sealAll();
    await later('1 day');
    await step();
  }
  expect(await events()).toHaveLength(1);
  await insert(1, 'Sales Invoice');
  expect(await sealAll()).toBe(12);
  await step();
  expect((await events()).map(({ size }) => size)).toEqual([4, 12]);
  await insert(1, 'Sales Invoice');
  await sealAll();
  await step();
  expect(await events()).toHaveLength(2);
  await later('10 minutes');
  await step();
  expect((await events()).map(({ size }) => size)).toEqual([4, 12, 13]);
});
