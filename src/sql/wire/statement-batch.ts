// Prepared statements that are sent together and answered together. PostgreSQL sends its answers at each Sync message; `pg` writes
// one after each statement, so that both sides wake for each statement of a transaction.
import * as pg from 'pg';

export interface PreparedStatement {
  text: string;
  name: string;
  values: readonly unknown[];
}

/**
 * A parameter of a statement cannot be sent, such as an object with a bigint: the server has received neither the statement nor
 * those that were to be sent with it after it, such as COMMIT.
 */
export class NotSent extends Error {
  constructor(cause: unknown) {
    super(`A parameter of a statement cannot be sent: ${(cause as Error).message}`, { cause });
    this.name = 'NotSent';
  }
}

/** How `pg` writes a parameter; missing in its types. */
const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): string | Buffer | null } }).utils;

export type Answer = Pick<pg.QueryResult, 'rows' | 'rowCount' | 'command'>;

/** The columns that a prepared statement returns: PostgreSQL refuses to run one whose columns have changed. */
export type ResultColumns = readonly { name: string; parse: (text: string) => unknown }[];

export interface Waiting {
  statement: PreparedStatement;
  columns: ResultColumns;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Of `pg`. It writes to a lost connection too, and then rejects all of its queries together. */
interface Connection {
  stream: { cork(): void; uncork(): void };
  bind(message: { statement: string; values: readonly unknown[]; valueMapper(value: unknown): unknown }): void;
  execute(message: object): void;
  sync(): void;
}

/**
 * Sends statements with `send`, as far as their parameters can be sent.
 * @returns the number of those that were sent, and why the next one was not
 */
export function sendAll<Each>(
  statements: readonly Each[],
  send: (each: Each) => void,
): { sent: number; fault: NotSent | null } {
  let sent = 0;
  try {
    for (const each of statements) {
      send(each);
      sent += 1;
    }
    return { sent, fault: null };
  } catch (error) {
    return { sent, fault: new NotSent(error) };
  }
}

/** @throws Error if one of these parameters cannot be sent */
export function checkSendable(values: readonly unknown[]): void {
  for (const value of values) prepareValue(value);
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
    const to = connection as Connection;
    // in one write
    to.stream.cork();
    const { sent, fault } = sendAll(this.#waiting, ({ statement: { name, values } }) => {
      to.bind({ statement: name, values, valueMapper: prepareValue });
      to.execute({});
    });
    to.sync();
    to.stream.uncork();
    for (const { reject } of this.#waiting.slice(sent)) reject(fault);
    this.#waiting = this.#waiting.slice(0, sent);
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
