// A few connections that send statements without waiting for earlier answers. The queries of a dashboard take the
// database a fraction of a millisecond, and waking a server process for each costs as much as the query.

import { isDatabaseUnavailable } from './database-errors';
import type { Statement } from './db';
import { SafeClient, sessionConfig } from './session';

export interface Pipelines {
  /**
   * Runs a prepared statement that reads one row. null: it must run elsewhere, because it may be slow and would delay
   * the statements after it, or because all connections are full. Rejected if it failed; it may be tried elsewhere.
   */
  row<Row extends object>(statement: Statement, values: unknown[]): Promise<Row> | null;
  /** Reports how long a statement took elsewhere. Only statements that were quick twice run here. */
  learn(statement: Statement, ms: number): void;
  stop(): Promise<void>;
}

const MAX_WAITING = 32;
/** Measured in this process, including the wait for a connection. */
const QUICK_MS = 25;
const QUICK_RUNS = 2;
/** The statement_timeout. A statement that exceeds it runs elsewhere for SLOW_FOR_MS. */
const TIMEOUT_MS = 250;
const SLOW_FOR_MS = 60_000;
const RECONNECT_MS = 1_000;

interface Pipeline {
  client: SafeClient;
  ready: boolean;
  waiting: number;
  corked: boolean;
}

interface Pacing {
  quickRuns: number;
  slowUntil: number;
}

export interface PipelinesOptions {
  /** Maximum number of connections. */
  connections: number;
  /** Of each session. */
  settings: Record<string, string>;
}

export function createPipelines(url: string, { connections, settings }: PipelinesOptions): Pipelines {
  const pipelines: Pipeline[] = [];
  const paces = new Map<string, Pacing>();
  let connectAgainAt = 0;
  let stopped = false;

  function open(): void {
    if (stopped || pipelines.length >= connections || performance.now() < connectAgainAt) return;
    const client = new SafeClient(configOf(url, settings));
    const pipeline: Pipeline = { client, ready: false, waiting: 0, corked: false };
    pipelines.push(pipeline);
    const lost = () => {
      const at = pipelines.indexOf(pipeline);
      if (at >= 0) pipelines.splice(at, 1);
      connectAgainAt = performance.now() + RECONNECT_MS;
    };
    client.on('error', lost);
    client.on('end', lost);
    client.connect().then(() => {
      pipeline.ready = true;
    }, lost);
  }

  function paceOf(statement: Statement): Pacing {
    const known = paces.get(statement.name) ?? { quickRuns: 0, slowUntil: 0 };
    paces.set(statement.name, known);
    return known;
  }

  async function run<Row>(pipeline: Pipeline, { text, name }: Statement, values: unknown[]): Promise<Row> {
    pipeline.waiting += 1;
    gather(pipeline);
    try {
      const { rows } = await pipeline.client.query({ text, name, values });
      return rows[0] as Row;
    } finally {
      pipeline.waiting -= 1;
    }
  }

  return {
    row(statement, values) {
      const pace = paceOf(statement);
      if (pace.quickRuns < QUICK_RUNS || performance.now() < pace.slowUntil) return null;
      const pipeline = roomiest(pipelines);
      if (!pipeline || pipeline.waiting > 0) open();
      if (!pipeline || pipeline.waiting >= MAX_WAITING) return null;
      return run<never>(pipeline, statement, values).catch((error: unknown) => {
        // the loss of a connection does not make a statement slow
        if (!isDatabaseUnavailable(error)) pace.slowUntil = performance.now() + SLOW_FOR_MS;
        throw error;
      });
    },
    learn(statement, ms) {
      const pace = paceOf(statement);
      pace.quickRuns = ms <= QUICK_MS ? pace.quickRuns + 1 : 0;
    },
    async stop() {
      stopped = true;
      await Promise.all(pipelines.slice().map(({ client }) => client.end()));
    },
  };
}

function configOf(url: string, settings: Record<string, string>) {
  return {
    ...sessionConfig({ name: 'read', settings, pipeline: true }),
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    statement_timeout: TIMEOUT_MS,
    query_timeout: 20 * TIMEOUT_MS,
  };
}

function roomiest(pipelines: readonly Pipeline[]): Pipeline | null {
  let found: Pipeline | null = null;
  for (const each of pipelines) if (each.ready && (!found || each.waiting < found.waiting)) found = each;
  return found;
}

// Sends the statements of one turn of the event loop in one packet.
function gather(pipeline: Pipeline): void {
  if (pipeline.corked) return;
  const { stream } = (pipeline.client as unknown as { connection: { stream: NodeJS.WritableStream & Corkable } })
    .connection;
  pipeline.corked = true;
  stream.cork();
  setImmediate(() => {
    pipeline.corked = false;
    stream.uncork();
  });
}

interface Corkable {
  cork(): void;
  uncork(): void;
}
