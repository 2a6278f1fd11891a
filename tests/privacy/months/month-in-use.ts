// An old month whose tables other sessions use.
import { Client } from 'pg';
import { dropMonth, type OldMonth, orderMonth } from '../../../src/privacy/dropping/dropped-months.store';
import type { Store } from '../../evidence/stored-tree';
import { addFamily, copyOf, type Family, makeMonths, type OldMonths, sealAll, tablesWith } from './old-months';

export interface MonthInUse {
  months: OldMonths;
  /** Sealed rows of the old month. */
  family: Family;
  /** A session of the serving login. */
  serving: Client;
  /** A session of a superuser. */
  other: Client;
  old(): OldMonth;
  order(): ReturnType<typeof orderMonth>;
  drop(): ReturnType<typeof dropMonth>;
  isThere(): Promise<boolean>;
  stop(): Promise<void>;
}

async function makeMonthsWithFamily(store: Store): Promise<OldMonths & { family: Family }> {
  const months = await makeMonths(store);
  const family = await addFamily(months, 'SINV-1', months.old);
  await sealAll(store);
  return { ...months, family };
}

export async function startMonthInUse(): Promise<MonthInUse> {
  const { family, ...months } = await copyOf(makeMonthsWithFamily);
  const { database, store } = months;
  const serving = new Client({ connectionString: database.servingUrl });
  const other = new Client({ connectionString: database.superuserUrl });
  for (const client of [serving, other]) await client.connect();
  const old = () => ({ what: 'ROWS' as const, month: months.old });
  return {
    months,
    family,
    serving,
    other,
    old,
    order: () => store.transaction((db) => orderMonth(db, old())),
    drop: () => store.transaction((db) => dropMonth(db, old())),
    isThere: async () => (await tablesWith(database, months.old)).includes('webhook_request_logs'),
    async stop() {
      for (const client of [serving, other]) await client.end();
      await store.stop();
    },
  };
}
