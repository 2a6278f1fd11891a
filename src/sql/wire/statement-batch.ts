// Prepared statements that are sent together and answered together. PostgreSQL sends its answers at each Sync message; `pg` writes
// one after each statement, so that both sides wake for each statement of a transaction.
import * as pg from 'pg';
import { messagesFor, type PreparedStatement } from './message-writer';

export type Answer = Pick<pg.QueryResult, 'rows' | 'rowCount' | 'command'>;

/** The columns that a prepared statement returns: PostgreSQL refuses to run one whose columns have changed. */
export type ResultColumns = readonly { name: string; parse: (text: string) => unknown }[];

export interface Waiting {
  statement: PreparedStatement;
  columns: ResultColumns;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Of the connection of `pg`. */
interface Connection {
  stream: { writable: boolean; write(bytes: Buffer): void };
}

/** Such as `UPDATE 3`, `INSERT 0 1` and `SET`: the number of rows is the last word. */
const TAG = /^([A-Z]+)(?:.* (\d+))?$/;

/**
 * A query for a client of `pg`. Its statements are prepared in this session, and their columns are known. When one fails, the server
 * skips those after it: all of them are rejected with its error.
 */
export class StatementBatch extends pg.Query {
  #waiting: readonly Waiting[];
  #next = 0;
  #rows: object[] = [];
  #fault: { error: unknown } | null = null;
  declare callback: () => void;

  constructor(waiting: readonly Waiting[]) {
    super('', () => undefined);
    this.#waiting = waiting;
  }

  override submit = (connection: unknown): null => {
    const { stream } = connection as Connection;
    const { bytes, written, fault } = messagesFor(this.#waiting.map(({ statement }) => statement));
    for (const { reject } of this.#waiting.slice(written)) reject(fault);
    this.#waiting = this.#waiting.slice(0, written);
    // as `pg` does: all queries of a lost connection are rejected together
    if (stream.writable) stream.write(bytes);
    return null;
  };

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.#fault) return;
    try {
      const row: Record<string, unknown> = {};
      for (const [index, { name, parse }] of this.#waiting[this.#next]?.columns.entries() ?? []) {
        const text = fields[index] ?? null;
        row[name] = text === null ? null : parse(text);
      }
      this.#rows.push(row);
    } catch (error) {
      this.#fault = { error };
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const waiting = this.#waiting[this.#next];
    // all of them were rejected by `query_timeout`
    if (!waiting) return;
    const { resolve, reject } = waiting;
    const [, command = '', count] = TAG.exec(text) ?? [];
    if (this.#fault) reject(this.#fault.error);
    else resolve({ rows: this.#rows, rowCount: count === undefined ? null : Number(count), command });
    this.#next += 1;
    this.#rows = [];
    this.#fault = null;
  }

  /** Called by `pg` at the Sync. */
  handleReadyForQuery(): void {
    this.#end();
  }

  handleError(error: Error): void {
    this.#end();
    for (; this.#next < this.#waiting.length; this.#next += 1) this.#waiting[this.#next]?.reject(error);
  }

  // `pg` has put its own function there if the session has a `query_timeout`, whose timer it stops
  #end(): void {
    this.callback();
  }
}
