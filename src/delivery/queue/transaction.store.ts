import { type Db, rowsOf, statement } from '../../sql/db';

/** Keeps a transaction alive: the server ends one that is idle for a minute. */
export async function keepTransaction(db: Db): Promise<void> {
  await rowsOf(db, statement('select 1'));
}
