// Prepared statements that are sent together and answered together. PostgreSQL sends its answers at each Sync message; `pg` writes
// one after each statement, so that both sides wake for each statement of a transaction.
import * as pg from 'pg';

export interface PreparedStatement {
  text: string;
  name: string;
  values: readonly unknown[];
}

export type Answer = Pick<pg.QueryResult, 'rows' | 'rowCount' | 'command'>;

/** The columns that a prepared statement returns: PostgreSQL refuses to run one whose columns have changed. */
export type ResultColumns = readonly { name: string; parse: (text: string) => unknown }[];

export interface Waiting {
  statement: PreparedStatement;
  columns: ResultColumns;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

type PrepareValue = (value: unknown) => string | Buffer | null;

/** Of the connection of `pg`. */
interface Messages {
  stream: { cork(): void; uncork(): void };
  bind(message: { statement: string; values: readonly unknown[]; valueMapper: PrepareValue }): void;
  execute(message: object): void;
  sync(): void;
}

/** How `pg` writes a parameter; missing in its types. */
const { prepareValue } = (pg as unknown as { utils: { prepareValue: PrepareValue } }).utils;

/** Such as `UPDATE 3`, `INSERT 0 1` and `SET`: the number of rows is the last word. */
const TAG = /^([A-Z]+)(?:.* (\d+))?$/;

/**
 * A query for a client of `pg`. Its statements are prepared in this session, and their columns are known. When one fails, the server
 * skips those after it: all of them are rejected with its error.
 */
export class StatementBatch extends pg.Query {
  readonly #waiting: readonly Waiting[];
  #next = 0;
  #rows: object[] = [];
  #fault: { error: unknown } | null = null;

  constructor(waiting: readonly Waiting[]) {
    super('', () => undefined);
    this.#waiting = waiting;
  }

  override submit = (connection: unknown): null => {
    const messages = connection as Messages;
    messages.stream.cork();
    try {
      for (const { statement } of this.#waiting) {
        messages.bind({ statement: statement.name, values: statement.values, valueMapper: prepareValue });
        messages.execute({});
      }
    } finally {
      messages.sync();
      messages.stream.uncork();
    }
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
    const { resolve, reject } = this.#waiting[this.#next] as Waiting;
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
    (this as unknown as { callback: () => void }).callback();
  }
}
