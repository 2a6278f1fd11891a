// Orders of erasures that a test carries out itself, in an API without a worker.
import { seal } from '../../../src/evidence/seal';
import { noJournal } from '../../../src/privacy/erasing/journal';
import { type ErasingParts, eraseNext } from '../../../src/privacy/erasing/run-erasures';
import { openStore, type Store } from '../../evidence/stored-tree';
import type { TestApp } from '../../support/app';
import { askMutation } from '../../support/mutate';

export interface Orders {
  store: Store;
  sealAll(): Promise<void>;
  /** Orders the erasure of a document. @returns the order, or the messages */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  order(name: string, documentType?: string): Promise<any>;
  /** Carries out what is ordered, as if the time for it had come. @returns the state of the newest order */
  carryOut(): Promise<{ status: string; because: string | null }>;
  stop(): Promise<void>;
}

const REASON = 'Request 17 under Art. 17';

export async function ordersOf(app: TestApp): Promise<Orders> {
  const store = await openStore(app.database);
  const parts: ErasingParts = { db: store.source.manager, transaction: store.transaction, journal: noJournal };
  const sealAll = async () => {
    while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  };
  return {
    store,
    sealAll,
    async order(name, documentType = 'Sales Invoice') {
      const input = { documentType, name, reason: REASON };
      const { data } = await askMutation(app, 'eraseDocument', input, 'erasure { id status otherCount }');
      const { erasure, userErrors } = data.eraseDocument;
      return erasure ?? userErrors.map(({ message }: { message: string }) => message);
    },
    async carryOut() {
      await sealAll();
      await app.database.query('delete from outbox');
      await app.database.query('update erasures set next_step_at = created_at where next_step_at is not null');
      while (await eraseNext(parts));
      const [newest] = await app.database.query<{ status: string; because: string | null }>(
        'select status, deferred_reason as because from erasures order by id desc limit 1',
      );
      return newest as { status: string; because: string | null };
    },
    stop: () => store.source.destroy(),
  };
}
