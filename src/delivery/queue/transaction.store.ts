import { type Db, rowsOf, statement } from '../../sql/db';

/** A sign of life: the server ends a transaction that says nothing for a minute. */
export async function keepTransaction(db: Db): Promise<void> {
  await rowsOf(db, statement('select 1'));
}
