// The configuration of all sessions with the database, for all libraries that open one.
import type { Socket } from 'node:net';
import { Client, type ClientConfig, type FieldDef } from 'pg';
import type { EntityManager } from 'typeorm';
import { noteRefusedRow } from '../refused-rows';
import { sendable } from './wire/message-writer';
import { socketWithTimeout } from './wire/socket-timeout';
import { type Answer, type ResultColumns, StatementBatch, type Waiting } from './wire/statement-batch';

/** How long the server may take to close a session. */
const GOODBYE_MS = 1_000;

export interface SessionOptions {
  /** `application_name` is "hookledger <name>". */
  name: string;
  /** Settings of the session, in addition to those of all sessions. */
  settings?: Record<string, string>;
  /** `statement_timeout`; 0: no limit. */
  statementTimeoutMs?: number;
  /** Whether statements are sent without waiting for earlier answers. */
  pipeline?: boolean;
}

/**
 * JIT compilation takes longer than any statement of this program. PostgreSQL compiles by estimated cost, to which
 * `enable_seqscan = off` adds 10,000,000,000 if a plan has no alternative.
 */
const FOR_ALL = { jit: 'off' };

/** After this time without use, at most, a pool closes a connection; it is the default of `pg` too. */
const IDLE_MS = 10_000;

/** PostgreSQL stops a slow statement first. The connection is closed only if PostgreSQL cannot report that. */
const MORE_SILENCE_MS = 5_000;

/** @returns the configuration of a pool or client of `pg`; the caller adds the address */
export function sessionConfig(options: SessionOptions) {
  const { name, settings = {}, statementTimeoutMs = 0, pipeline = false } = options;
  return {
    Client: SafeClient,
    application_name: `hookledger ${name}`,
    pipeline,
    keepAlive: true,
    ...(statementTimeoutMs > 0 && {
      statement_timeout: statementTimeoutMs,
      stream: () => socketWithTimeout(statementTimeoutMs + MORE_SILENCE_MS),
      // before its silence counts as a fault
      idleTimeoutMillis: Math.min(IDLE_MS, statementTimeoutMs + MORE_SILENCE_MS / 2),
    }),
    options: Object.entries({ ...FOR_ALL, ...settings })
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(' '),
  };
}

/**
 * SQL for what differs once the database was started, has recovered from a crash, or another server has taken its place: it may have lost
 * what was committed last, and then gives the numbers of those transactions to others. A crash of a single process of PostgreSQL shows in
 * the time at which the statistics were reset.
 */
export const DATABASE_RUN = `(select left(md5(concat(pg_postmaster_start_time(), ' ', s.stats_reset)), 8) from pg_stat_get_archiver() as s)`;

let lost = 0;

/**
 * How many connections this process has lost. What it remembers by the number of a transaction may be wrong afterwards: a database that
 * has recovered gives numbers again. Where every statement is for the primary, `DATABASE_RUN` tells it for certain.
 */
export const connectionsLost = (): number => lost;

/**
 * A client with a listener for errors. A server that shuts down may accept a connection and end it in one packet:
 * pg-pool has removed its listener by then, the caller has not added one yet, and an `error` event without a listener
 * ends the process. Statements fail with the same error, so it is not hidden.
 */
export class SafeClient extends Client {
  readonly #socket: Socket;
  /** By the names of the statements that this session has prepared. */
  readonly #columns = new Map<string, ResultColumns>();
  #gathered: Gathered[] = [];

  constructor(config?: string | ClientConfig) {
    super(config);
    // the one of `socketWithTimeout`: with TLS, another one around it replaces it later
    this.#socket = streamOf(this);
    this.on('error', () => {
      lost += 1;
    });
    connectionOf(this).on('errorMessage', noteRefusedRow);
    // the key allows to cancel statements of this session, and pg-pool attaches the client to errors that are logged
    Object.defineProperty(this, 'secretKey', { enumerable: false });
  }

  /**
   * Runs a statement in the order of the calls. Those of one tick are sent in one write, and answered in one if this session has
   * prepared all of them: each write costs a system call, and often wakes the other side. Call it in a transaction: of statements
   * that are sent together, those after a failed one do not run.
   * @throws the error of an earlier statement of the tick, if that failed; NotSent if this statement, or one before it, has a
   * parameter that cannot be sent
   */
  run(statement: SessionStatement): Promise<Answer> {
    if (this.#gathered.length === 0) process.nextTick(() => this.#send());
    return new Promise<Answer>((resolve, reject) => {
      this.#gathered.push({ statement, resolve, reject });
    }).catch(throwFromCaller);
  }

  /** After what was gathered before. */
  override query = ((...parameters: Parameters<Client['query']>) => {
    this.#send();
    return super.query(...parameters);
  }) as Client['query'];

  #send(): void {
    const gathered = this.#gathered;
    if (gathered.length === 0) return;
    this.#gathered = [];
    const known = gathered.flatMap((each) => this.#prepared(each));
    if (known.length === gathered.length) {
      super.query(new StatementBatch(known));
      return;
    }
    const { written, fault } = sendable(gathered.map(({ statement }) => statement));
    for (const { reject } of gathered.slice(written)) reject(fault);
    const stream = streamOf(this);
    stream.cork();
    const failed: { first?: unknown } = {};
    for (const each of gathered.slice(0, written)) this.#runAlone(each, failed);
    stream.uncork();
  }

  #prepared({ statement: { name, text, values }, resolve, reject }: Gathered): Waiting[] {
    const columns = name === undefined ? undefined : this.#columns.get(name);
    if (name === undefined || columns === undefined) return [];
    return [{ statement: { name, text, values }, columns, resolve, reject }];
  }

  /** @param failed of the statements of the tick: the others say only that the transaction is aborted */
  #runAlone({ statement: { text, name, values }, resolve, reject }: Gathered, failed: { first?: unknown }): void {
    super.query({ text, values: values as unknown[], ...(name !== undefined && { name }) }).then(
      (result) => {
        if (name !== undefined) this.#columns.set(name, this.#columnsOf(result.fields));
        resolve(result);
      },
      (error: unknown) => {
        failed.first ??= error;
        reject(failed.first);
      },
    );
  }

  #columnsOf(fields: readonly FieldDef[]): ResultColumns {
    return fields.map(({ name, dataTypeID }) => ({ name, parse: this.getTypeParser(dataTypeID, 'text') }));
  }

  /**
   * For statements that have another limit than those of the session.
   * @returns a function that restores the limit of the session
   */
  expectAnswersWithin(statementTimeoutMs: number): () => void {
    const ownMs = this.#socket.timeout ?? 0;
    this.#socket.setTimeout(statementTimeoutMs + MORE_SILENCE_MS);
    return () => void this.#socket.setTimeout(ownMs);
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | undefined {
    const stream = streamOf(this);
    // a server that does not answer does not close its side
    const timer = setTimeout(() => stream.destroy(), GOODBYE_MS).unref();
    this.once('end', () => clearTimeout(timer));
    if (callback) return void super.end(callback);
    return super.end();
  }
}

/** Resolves when the statements of this tick have been sent: what is computed then is computed while the database works. */
export function afterSending(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Errors whose stack leads to a caller. */
const fromCaller = new WeakSet<object>();

/**
 * The stack of an error of PostgreSQL leads to the reading of its message. As `pg` does, this makes it lead to the code that sent the
 * statement: to the one that failed, since those after it have the same error.
 */
function throwFromCaller(error: object): never {
  if (!fromCaller.has(error)) Error.captureStackTrace(error);
  fromCaller.add(error);
  throw error;
}

/** The session of each transaction under way. */
export const sessions = new WeakMap<EntityManager, SafeClient>();

/** Without a name, it is not prepared. */
export interface SessionStatement {
  text: string;
  name?: string;
  values: readonly unknown[];
}

interface Gathered {
  statement: SessionStatement;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Below the client: what the server sends, whichever library has asked. Missing in the types of pg. */
interface Connection {
  stream: Socket;
  on(event: 'errorMessage', listener: (fault: object) => void): void;
}

function connectionOf(client: Client): Connection {
  return (client as unknown as { connection: Connection }).connection;
}

function streamOf(client: Client): Socket {
  return connectionOf(client).stream;
}
