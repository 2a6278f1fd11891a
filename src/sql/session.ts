// The configuration of all sessions with the database, for all libraries that open one.
import { Socket } from 'node:net';
import { Client, type ClientConfig, type FieldDef } from 'pg';
import type { EntityManager } from 'typeorm';
import { noteRefusedRow } from '../errors/errors';
import { isReadOnlyFault, NoHost } from './database-errors';
import {
  accepts,
  addressOf,
  chooseHost,
  configOf,
  followState,
  forgetHost,
  type HostList,
  hostListOf,
  isForWriting,
  kindOf,
  type ServerState,
} from './session-host';
import {
  type Answer,
  checkSendable,
  type ResultColumns,
  StatementBatch,
  sendAll,
  type Waiting,
} from './wire/statement-batch';

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

/** All sessions of this process, by the URL of their database. */
const open = new Map<string, Set<SafeClient>>();

/**
 * The server has become a standby, or another one has taken its place: every session with it would read what is old, and write nothing.
 */
function retireAll(url: string): void {
  lost += 1;
  forgetHost(url);
  for (const session of open.get(url) ?? []) session.retire();
}

/**
 * A client with a listener for errors. A server that shuts down may accept a connection and end it in one packet:
 * pg-pool has removed its listener by then, the caller has not added one yet, and an `error` event without a listener
 * ends the process. Statements fail with the same error, so it is not hidden.
 */
export class SafeClient extends Client {
  readonly #socket: Socket;
  /** null: the URL names one host, and accepts whatever is there. */
  readonly #hosts: HostList | null;
  readonly #state: ServerState;
  /** Whether a caller of its pool has it. */
  inUse = false;
  /** Whether it is to be closed once no caller has it. */
  isRetired = false;
  #isEnded = false;
  /** By the names of the statements that this session has prepared. */
  readonly #columns = new Map<string, ResultColumns>();
  #gathered: Gathered[] = [];

  constructor(config?: string | ClientConfig) {
    const url = (typeof config === 'string' ? config : config?.connectionString) ?? '';
    const hosts = url === '' ? null : hostListOf(url);
    super(hosts ? { ...(config as ClientConfig), ...configOf(hosts) } : config);
    this.#hosts = hosts;
    // the one of `socketWithTimeout`: with TLS, another one around it replaces it later
    this.#socket = streamOf(this);
    // pg adds its own when it connects; until then, and where no host is found, an error without a listener would end the process
    this.#socket.on('error', () => undefined);
    this.on('error', () => {
      lost += 1;
      forgetHost(url);
    });
    connectionOf(this).on('errorMessage', (fault) => {
      noteRefusedRow(fault);
      if (isReadOnlyFault(fault)) retireAll(url);
    });
    this.#state = followState(this, () => {
      // a standby that is promoted says so to the sessions that it has
      if (hosts && open.get(url)?.has(this) && !accepts(hosts.target, this.#state)) this.retire();
    });
    this.once('connect', () => {
      const same = open.get(url) ?? new Set();
      open.set(url, same.add(this));
    });
    this.once('end', () => {
      const same = open.get(url);
      if (same?.delete(this) && same.size === 0) open.delete(url);
    });
    // the key allows to cancel statements of this session, and pg-pool attaches the client to errors that are logged
    Object.defineProperty(this, 'secretKey', { enumerable: false });
  }

  override connect(): Promise<this>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<this> | undefined {
    if (!this.#hosts) return callback ? void super.connect(callback) : super.connect().then(() => this);
    const connecting = this.#connectToOne(this.#hosts);
    if (!callback) return connecting.then(() => this);
    connecting.then(() => (callback as (error: Error | null) => void)(null), callback);
    return undefined;
  }

  async #connectToOne(hosts: HostList): Promise<void> {
    const choosing = chooseHost(hosts);
    const { host, port } = await choosing.catch((error: unknown) => {
      this.#socket.destroy();
      throw error;
    });
    this.host = host;
    this.port = port;
    if (this.#isEnded || this.#socket.destroyed) throw new Error('Connection terminated before a host was found');
    for (const other of open.get(hosts.text) ?? []) {
      if (other.host !== host || other.port !== port) other.retire(isForWriting(hosts));
    }
    try {
      await super.connect();
    } catch (error) {
      forgetHost(hosts.text, choosing);
      throw error;
    }
    if (accepts(hosts.target, this.#state)) return;
    forgetHost(hosts.text, choosing);
    void this.end().catch(() => undefined);
    throw new NoHost(`no host is ${hosts.target} (${addressOf(this)}: ${kindOf(this.#state)} now)`);
  }

  /**
   * Closes the session once no caller has it.
   * @param atOnce also while a caller has it: its server may answer nothing more
   */
  retire(atOnce = false): void {
    this.isRetired = true;
    // as if the connection were lost, which every owner of a session expects
    if (atOnce || !this.inUse)
      streamOf(this).destroy(new Error('Connection terminated: another server is the primary'));
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
    const stream = streamOf(this);
    const failed: { first?: unknown } = {};
    stream.cork();
    const { sent, fault } = sendAll(gathered, (each) => {
      checkSendable(each.statement.values);
      this.#runAlone(each, failed);
    });
    stream.uncork();
    for (const { reject } of gathered.slice(sent)) reject(fault);
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
    this.#isEnded = true;
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

/**
 * A socket that is destroyed after `silenceMs` without traffic. When a firewall drops the connection or the host loses
 * its power, a statement gets no answer, and PostgreSQL, which stops it after `statement_timeout`, cannot report that.
 */
function socketWithTimeout(silenceMs: number): Socket {
  const socket = new Socket();
  // isDatabaseUnavailable of database-errors.ts recognises this text, which is that of pg for lost connections
  socket.setTimeout(silenceMs, () =>
    socket.destroy(new Error(`Connection terminated: silent for ${socket.timeout} ms`)),
  );
  return socket;
}
