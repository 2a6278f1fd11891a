// Rows that an index finds which is not in the order of ids.
import { bindings, type Search, type SqlTest, toSql } from '../condition';
import { rowsOf } from '../db';
import { LOOKED_AT } from '../listing';
import { andNotToCome } from '../months-to-come';

/** If they are no more than a page looks at, their ids are read first; otherwise each row is tested. */
export function foundByIndex(table: string, test: SqlTest): Search {
  return {
    kind: 'search',
    test,
    async find(db, { bounds }) {
      const { values, bind } = bindings();
      const where = toSql({ kind: 'and', parts: [...bounds, test] }, bind);
      const sql = `select id from ${table} where ${where}${andNotToCome(table)} limit ${LOOKED_AT + 1}`;
      const ids = (await rowsOf<{ id: string }>(db, sql, values)).map(({ id }) => id);
      return ids.length > LOOKED_AT ? test : { kind: 'foundIds', ids, upTo: null, test };
    },
  };
}
