// Sealing misses nothing and repeats nothing, whoever writes beside it and wherever it ends.
import { setTimeout as wait } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { appendBlocks, seal, signHead } from '../../../src/evidence/seal';
import type { SafeClient } from '../../../src/sql/session';
import type { Transaction } from '../../../src/sql/transactions';
import { expectSoundTree, INSERT_CLOSED, type Store, storeForEach } from '../stored-tree';

const HOST = 'erp.example.com';
const started = storeForEach();
let store: Store;

beforeAll(() => {
  store = started();
});

const insert = (count: number) => store.database.query(INSERT_CLOSED, [count]);
/** Each with a statement of its own, so that the queue has a row for each. */
const insertAlone = (count: number) =>
  store.database.query(
    `do $$ begin for each in 1..${count} loop ${INSERT_CLOSED.replace('$1::int', '1')}; end loop; end $$`,
  );
const sealAll = async (transaction = store.transaction) => {
  while (await seal(transaction, store.keyring, HOST));
};

test('writers that commit out of order, wait and roll back: every committed row is one leaf, with several sealers', async () => {
  let writing = true;
  const writer = async (number: number) => {
    for (let round = 0; round < 12; round++) {
      const rollsBack = (round + number) % 10 === 9;
      await store
        .transaction(async (db) => {
          await db.query(INSERT_CLOSED, [1 + ((round * 7 + number) % 20)]);
          await wait(number === 0 ? 150 : Math.random() * 20);
          if (rollsBack) throw new Error('rolled back');
        })
        .catch((error: Error) => expect(error.message).toBe('rolled back'));
    }
  };
  const sealer = async () => {
    while (writing) {
      await sealAll();
      await wait(5);
    }
  };
  const writers = Promise.all(Array.from({ length: 6 }, (_, number) => writer(number)));
  const sealers = Promise.all([sealer(), sealer(), sealer()]);
  await writers;
  writing = false;
  await sealers;
  await sealAll();
  expect(await expectSoundTree(store)).toBeGreaterThan(500);
  expect(await store.database.query('select from evidence_queue')).toEqual([]);
});

/** A connection that the database ends before its statement `number`; a transaction's last statement is its commit. */
function endingBefore(number: number): { transaction: Transaction; hasEnded(): boolean } {
  let hasEnded = false;
  const end = async (client: SafeClient) => {
    hasEnded = true;
    await store.database.query('select pg_terminate_backend($1)', [
      (client as unknown as { processID: number }).processID,
    ]);
    await wait(20);
  };
  const transaction: Transaction = (work, options) =>
    store.transaction(async (db) => {
      const client = (await db.queryRunner?.connect()) as SafeClient;
      const { query, run } = client;
      let count = 0;
      const counted = (send: (...given: never[]) => unknown) => {
        return async (...given: unknown[]) => {
          count += 1;
          if (count === number) await end(client);
          return send.apply(client, given as never[]);
        };
      };
      client.query = counted(query) as never;
      client.run = counted(run) as never;
      try {
        const result = await work(db);
        if (count + 1 === number) await end(client);
        return result;
      } finally {
        Object.assign(client, { query, run });
      }
    }, options);
  return { transaction, hasEnded: () => hasEnded };
}

const STEPS: { [step: string]: (db: EntityManager) => Promise<unknown> } = {
  appending: (db) => appendBlocks(db),
  'appending several blocks': (db) => appendBlocks(db, undefined, { maxLeaves: 40, maxBlocks: 3 }),
  signing: (db) => signHead(db, store.keyring, HOST),
};

test.each(Object.entries(STEPS))(
  'a process that ends before any statement of %s leaves a sound tree',
  async (step, work) => {
    await insertAlone(300);
    let ends = 0;
    for (let number = 1; ; number++) {
      if (step === 'signing') await store.transaction((db) => appendBlocks(db));
      const { transaction, hasEnded } = endingBefore(number);
      await transaction(work).catch(() => undefined);
      await sealAll();
      await expectSoundTree(store);
      if (!hasEnded()) break;
      ends += 1;
      await insertAlone(step === 'appending several blocks' ? 130 : 10);
    }
    expect(ends).toBeGreaterThan(3);
  },
);

test.each([
  [100, 3, 100, [{ leaves: 100, isFull: false }]],
  [
    120,
    3,
    40,
    [
      { leaves: 120, isFull: true },
      { leaves: 0, isFull: false },
    ],
  ],
  [130, 4, 40, [{ leaves: 130, isFull: false }]],
  [120, 4, 40, [{ leaves: 120, isFull: false }]],
  [
    257,
    2,
    100,
    [
      { leaves: 200, isFull: true },
      { leaves: 57, isFull: false },
    ],
  ],
])('%i leaves in at most %i blocks of %i in a transaction', async (count, maxBlocks, maxLeaves, expected) => {
  await insertAlone(count);
  for (const appended of expected) {
    const limits = { maxBlocks, maxLeaves };
    expect(await store.transaction((db) => appendBlocks(db, undefined, limits))).toEqual(appended);
  }
  await sealAll();
  expect(await expectSoundTree(store)).toBe(count);
  const blocks = await store.database.query('select leaf_count from evidence_blocks order by first_index');
  const full = Array.from({ length: Math.floor(count / maxLeaves) }, () => ({ leaf_count: maxLeaves }));
  expect(blocks).toEqual(count % maxLeaves === 0 ? full : [...full, { leaf_count: count % maxLeaves }]);
});

test('a row that is queued again is sealed once wherever its block is in the transaction', async () => {
  await insert(30);
  await sealAll();
  await insertAlone(100);
  await store.database.query(
    'insert into evidence_queue (kind, subject_ids, leaf_hashes) select 1, array[id], leaf_hash from webhook_request_logs',
  );
  const several = { maxLeaves: 40, maxBlocks: 6 };
  await expect(store.transaction((db) => appendBlocks(db, undefined, several))).rejects.toThrow(
    'duplicate key value violates unique constraint',
  );
  expect(await store.database.query('select from evidence_queue')).toHaveLength(230);
  await sealAll();
  expect(await expectSoundTree(store)).toBe(130);
});

test('a head is signed only for a committed block', async () => {
  await insert(5);
  await store.transaction(async (db) => {
    expect(await appendBlocks(db)).toEqual({ leaves: 5, isFull: false });
    await expect(store.transaction((other) => signHead(other, store.keyring, HOST))).resolves.toBeNull();
  });
  expect(await store.database.query('select from evidence_heads')).toEqual([]);
});

test('a signer whose transaction was lost signs the same bytes again', async () => {
  await insert(5);
  await sealAll();
  await insert(2);
  await store.transaction((db) => appendBlocks(db));
  const lost = await new Promise<string | undefined>((resolve) => {
    const signing = store.transaction(async (db) => {
      resolve((await signHead(db, store.keyring, HOST))?.checkpoint);
      throw new Error('lost');
    });
    signing.catch(() => undefined);
  });
  expect(lost).toMatch(/^erp\.example\.com\/evidence\/1\n7\n/);
  await sealAll();
  const [head] = await store.database.query<{ checkpoint: string }>(
    'select checkpoint from evidence_heads where tree_size = 7',
  );
  expect(head?.checkpoint).toBe(lost);
});

test('a transaction that stays open delays its own rows alone', async () => {
  await insert(3);
  await store.transaction(async (db) => {
    await db.query(INSERT_CLOSED, [4]);
    await sealAll();
    expect(await store.database.query('select from evidence_leaves')).toHaveLength(3);
  });
  await sealAll();
  expect(await expectSoundTree(store)).toBe(7);
});

/** Counts since the session last reported its statistics, so only differences mean anything. */
const PAGES = `select sum(pg_stat_get_xact_blocks_fetched(name::regclass))::int as pages
  from unnest(array['evidence_queue', 'evidence_queue_pkey']) as name`;

/** Seals what is in the queue. @returns how many pages of the queue that read */
const pagesOfSealing = () =>
  store.transaction(async (db) => {
    const [before] = await db.query(PAGES);
    await appendBlocks(db);
    const [after] = await db.query(PAGES);
    return (after.pages - before.pages) as number;
  });

test('a snapshot that stays open for a minute makes sealing read less than three times the pages of the queue', async () => {
  await insertAlone(100);
  const alone = await pagesOfSealing();
  await store.transaction(async (db) => {
    await db.query('set transaction isolation level repeatable read');
    // it stands still for longer than sessions of the program may
    await db.query('set local idle_in_transaction_session_timeout = 0');
    await db.query('select count(*) from evidence_queue');
    let beside = 0;
    // once a second; no vacuum removes what these take out of the queue
    for (let second = 0; second < 60; second++) {
      await insertAlone(100);
      beside = await pagesOfSealing();
    }
    expect(alone).toBeGreaterThan(100);
    expect(beside).toBeLessThan(3 * alone);
  });
  expect(await expectSoundTree(store)).toBe(6_100);
});

test('a row that is queued again, as by pg_restore, is sealed once', async () => {
  await insert(3);
  await sealAll();
  await store.database.query(
    'insert into evidence_queue (kind, subject_ids, leaf_hashes) select 1, array[id], leaf_hash from webhook_request_logs',
  );
  await insert(2);
  await store.database.query(
    'insert into evidence_queue (kind, subject_ids, leaf_hashes) select kind, subject_ids, leaf_hashes from evidence_queue',
  );
  await sealAll();
  expect(await expectSoundTree(store)).toBe(5);
});

test('nothing is signed over a tree that contradicts its newest head', async () => {
  await insert(3);
  await sealAll();
  await store.database.query(`set session_replication_role = replica`);
  // from which the next block is made
  await store.database.query(`update evidence_blocks set frontier = sha256('another') || sha256('history')`);
  await store.database.query(`reset session_replication_role`);
  await insert(3);
  await expect(sealAll()).rejects.toThrow('The tree contradicts its signed head of 3 leaves');
});

test.each(['evidence_blocks', 'evidence_nodes', 'evidence_leaves', 'evidence_heads'])(
  'the serving login cannot change or delete rows of %s, and the owner is refused',
  async (table) => {
    await insert(300);
    await sealAll();
    for (const sql of [`delete from ${table}`, `truncate ${table}`]) {
      await expect(store.source.query(sql)).rejects.toThrow('permission denied');
      await expect(
        store.database.query(`set role hookledger_owner`).then(() => store.database.query(sql)),
      ).rejects.toThrow(/write-once|cannot truncate/);
      await store.database.query('reset role');
    }
    await expect(
      store.source.query(
        `insert into evidence_queue (kind, subject_ids, leaf_hashes) values (1, array[new_id()], sha256(''))`,
      ),
    ).rejects.toThrow('permission denied');
  },
);
