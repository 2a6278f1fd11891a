// Rows about anchors that a thief of the login of the application, or the owner of the database, wrote: heads are read, signed and sent.
import type { Sender } from '../../../src/delivery/http/send';
import { anchorTargets, orderAnchors } from '../../../src/evidence/anchors/anchor.store';
import { createAnchoring } from '../../../src/evidence/anchors/anchor-heads';
import { readPolicy } from '../../../src/evidence/anchors/witness';
import { newestHead } from '../../../src/evidence/head.store';
import { seal } from '../../../src/evidence/seal';
import { INSERT_CLOSED, type Store, storeForEach, tamperWith } from '../stored-tree';
import { makeWitnessKey, witnessAnswers } from './witness-and-authority';

const key = makeWitnessKey('witness.example.com/w1');
const started = storeForEach();
let store: Store;

beforeEach(async () => {
  store = started();
  await add(2);
});

const db = () => store.source.manager;
async function add(rows: number): Promise<void> {
  await store.database.query(INSERT_CLOSED, [rows]);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

test.each(['\\xff', '\\x0a0a6e6f', '\\x00'])(
  'a proof %s that is no line of a witness is no part of the head',
  async (proof) => {
    const before = await newestHead(db());
    await store.database.query(
      `insert into evidence_anchors (id, origin, tree_size, kind, by, proof, at)
     select new_id(), origin, tree_size, 'WITNESS', 'w', $1::bytea, now() from evidence_heads`,
      [proof],
    );
    expect(await newestHead(db())).toEqual(before);
    await add(1);
    expect(await newestHead(db())).toMatchObject({ treeSize: 3 });
  },
);

test('a witness whose last tree is said to have a negative number of leaves is asked from the beginning', async () => {
  const { answer } = witnessAnswers(key);
  const failures: string[] = [];
  // as a witness answers over HTTP
  const sender = {
    async send({ body }: { body: Buffer }) {
      const { status = 200, body: text = '' } = answer({ body, path: '/w/add-checkpoint' } as never);
      const responseBody = Buffer.from(text as string);
      return { responseStatus: status, responseBody, error: status === 200 ? null : `HTTP ${status}` };
    },
  } as unknown as Sender;
  const { step } = createAnchoring({
    db: db(),
    transaction: store.transaction,
    sender,
    witnesses: readPolicy(`witness w1 ${key.vkey} https://witness.example.com/w\nquorum w1\n`).witnesses,
    authority: null,
    onFailure: (_target, error) => failures.push(error),
  });
  await step();
  await add(1);
  await orderAnchors(db(), new Date());
  await tamperWith(store.database, [
    'alter table evidence_anchor_targets drop constraint if exists evidence_anchor_targets_size_check',
    'update evidence_anchor_targets set anchored_size = -5',
  ]);
  await step();
  expect(failures).toEqual([]);
  const targets = await anchorTargets(db());
  expect(targets.find(({ kind }) => kind === 'WITNESS')).toMatchObject({ anchoredSize: 3, error: null });
});
