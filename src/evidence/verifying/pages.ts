// Reads a table in pages, each while the caller works on the one before: PostgreSQL and this process work at the same time.
import { setImmediate as untilSent } from 'node:timers/promises';

/**
 * @param read reads the rows after this one; null: the first ones
 * @param atMost the size of a page; a smaller one is the last
 */
export async function* pagesAhead<Row>(
  read: (after: Row | null) => Promise<Row[]>,
  atMost: number,
): AsyncGenerator<Row[], void, undefined> {
  let next: Promise<Row[]> | null = read(null);
  try {
    while (next) {
      const rows: Row[] = await next;
      const last = rows.at(-1);
      next = last !== undefined && rows.length >= atMost ? read(last) : null;
      // a failure is thrown when it is this page's turn; once the caller has failed, it is not
      next?.catch(() => undefined);
      await untilSent();
      yield rows;
    }
  } finally {
    // no statement is left behind
    await next?.catch(() => undefined);
  }
}
