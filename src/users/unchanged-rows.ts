// Whether rows are as they were when a credential was read.
import { type Condition, sqlTest } from '../sql/condition';

export interface RowVersion {
  table: 'users' | 'api_keys' | 'sessions';
  id: string;
  /** PostgreSQL gives each version of a row the number of the transaction that wrote it. */
  xmin: string;
}

/** Null, which is not true, if one was deleted. A look into the primary key for each row costs less than a join of their tables. */
export function areUnchanged(rows: readonly RowVersion[]): Condition {
  return sqlTest((bind) =>
    rows
      .map(({ table, id, xmin }) => `(select xmin from ${table} where id = ${bind(id)}::uuid) = ${bind(xmin)}::xid`)
      .join(' and '),
  );
}
