// Rows about anchors that a thief of the login of the application, or the owner of the database, wrote: heads are read, signed and sent.
import type { Sender } from '../../../src/delivery/http/send';
import { anchorTargets, orderAnchors } from '../../../src/evidence/anchors/anchor.store';
import { createAnchoring } from '../../../src/evidence/anchors/anchor-heads';
import { readPolicy } from '../../../src/evidence/anchors/witness';
import { newestHead } from '../../../src/evidence/head.store';
import { seal } from '../../../src/evidence/seal';
import { INSERT_CLOSED, type Store, storeForEach, tamperWith } from '../stored-tree';
import { makeWitnessKey, witnessAnswers } from './witness-and-authority';

const NAME = 'witness.example.com/w1';
const key = makeWitnessKey(NAME);
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

/** A process that sends heads to a witness. @returns how its steps end, and its failures */
function anchoring() {
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
  return { step, failures };
}

const witness = async () => (await anchorTargets(db())).find(({ by }) => by === NAME);

test('a witness whose last tree is said to have a negative number of leaves is asked from the beginning', async () => {
  const { step, failures } = anchoring();
  await step();
  await add(1);
  await orderAnchors(db(), new Date());
  await tamperWith(store.database, [
    'alter table evidence_anchor_targets drop constraint if exists evidence_anchor_targets_size_check',
    'update evidence_anchor_targets set anchored_size = -5',
  ]);
  await step();
  expect(failures).toEqual([]);
  expect(await witness()).toMatchObject({ anchoredSize: 3, error: null });
});

const TIMES = ['infinity', '-infinity', '290000-01-01', '2999-01-01'];
const LIES = [
  ...TIMES.flatMap((time) => [`tried_at = '${time}'`, `ordered_at = '${time}', tried_at = now() - interval '1 h'`]),
  ...TIMES.map((time) => `anchored_at = '${time}', tried_at = now() - interval '1 h'`),
  `anchored_size = 9223372036854775807, tried_at = now() - interval '1 h'`,
  `anchored_size = null, anchored_at = null, tried_at = null`,
];

test.each(LIES)('a thief of the login who says of a witness %s does not keep heads from it', async (lie) => {
  const { step, failures } = anchoring();
  await step();
  await add(1);
  await store.source.query(`update evidence_anchor_targets set ${lie}`);
  await step();
  expect(failures).toEqual([]);
  expect(await witness()).toMatchObject({ anchoredSize: 3, error: null, triedAt: expect.any(Date) });
});

test('receivers that no process has are asked nothing, and keep no head from the others', async () => {
  const { step } = anchoring();
  await step();
  await add(1);
  await orderAnchors(db(), new Date());
  await store.source.query(
    `insert into evidence_anchor_targets (kind, by) select 'WITNESS', 'w' || n from generate_series(1, 5) as n
     union all select 'RFC3161', 'x' union all select 'EVENT', ''`,
  );
  await step();
  expect(await witness()).toMatchObject({ anchoredSize: 3, error: null });
});
