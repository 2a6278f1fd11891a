// A few connections that send statements without waiting for earlier answers. The queries of a dashboard take the
// database a fraction of a millisecond, and waking a server process for each costs as much as the query.

import { StatementGatherer } from './batched-statements';
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
/** Measured in this process, from the moment when the statement is sent. */
const QUICK_MS = 25;
const QUICK_RUNS = 2;
/** The statement_timeout. A statement that exceeds it runs elsewhere for a while. */
const TIMEOUT_MS = 250;
/** How long: twice as long each time, unless it was quick here for ten times as long. A busy machine stalls any statement. */
const SLOW_FOR_MS = { first: 5_000, most: 60_000 };
const FORGIVEN_AFTER = 10;
const RECONNECT_MS = 1_000;

/** Statements of one turn of the event loop that are sent, and answered, together: the first waits for the last. */
const MAX_TOGETHER = 4;

interface Pipeline {
  client: SafeClient;
  ready: boolean;
  waiting: number;
  gatherer: StatementGatherer;
}

interface SpeedHistory {
  quickRuns: number;
  slowUntil: number;
  slowForMs: number;
}

export interface PipelinesOptions {
  /** Maximum number of connections. */
  connections: number;
  /** Of each session. */
  settings: Record<string, string>;
}

export function createPipelines(url: string, { connections, settings }: PipelinesOptions): Pipelines {
  const pipelines: Pipeline[] = [];
  const histories = new Map<string, SpeedHistory>();
  let connectAgainAt = 0;
  let stopped = false;

  function open(): void {
    if (stopped || pipelines.length >= connections || performance.now() < connectAgainAt) return;
    const client = new SafeClient(configOf(url, settings));
    const connection = { run: client.run.bind(client), release: () => undefined };
    const gatherer = new StatementGatherer(async () => connection);
    const pipeline: Pipeline = { client, ready: false, waiting: 0, gatherer };
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

  function historyOf(statement: Statement): SpeedHistory {
    const known = histories.get(statement.name) ?? { quickRuns: 0, slowUntil: 0, slowForMs: 0 };
    histories.set(statement.name, known);
    return known;
  }

  async function run<Row extends object>(pipeline: Pipeline, statement: Statement, values: unknown[]): Promise<Row> {
    pipeline.waiting += 1;
    try {
      const { rows } = await pipeline.gatherer.run({ ...statement, values });
      return rows[0] as Row;
    } finally {
      pipeline.waiting -= 1;
    }
  }

  return {
    row(statement, values) {
      const history = historyOf(statement);
      if (history.quickRuns < QUICK_RUNS || performance.now() < history.slowUntil) return null;
      const pipeline = pipelines.find(isGathering) ?? leastBusy(pipelines);
      if (!pipeline || pipeline.waiting > 0) open();
      if (!pipeline || pipeline.waiting >= MAX_WAITING) return null;
      return run<never>(pipeline, statement, values).catch((error: unknown) => {
        // the loss of a connection does not make a statement slow
        if (!isDatabaseUnavailable(error)) setAside(history);
        throw error;
      });
    },
    learn(statement, ms) {
      const history = historyOf(statement);
      history.quickRuns = ms <= QUICK_MS ? history.quickRuns + 1 : 0;
    },
    async stop() {
      stopped = true;
      await Promise.all(pipelines.slice().map(({ client }) => client.end()));
    },
  };
}

function setAside(history: SpeedHistory): void {
  const now = performance.now();
  // several may have been under way
  if (now < history.slowUntil) return;
  const isForgiven = now - history.slowUntil > FORGIVEN_AFTER * history.slowForMs;
  history.slowForMs = isForgiven ? SLOW_FOR_MS.first : Math.min(2 * history.slowForMs, SLOW_FOR_MS.most);
  history.slowUntil = now + history.slowForMs;
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

function leastBusy(pipelines: readonly Pipeline[]): Pipeline | null {
  let found: Pipeline | null = null;
  for (const each of pipelines) if (each.ready && (!found || each.waiting < found.waiting)) found = each;
  return found;
}

function isGathering({ gatherer: { size } }: Pipeline): boolean {
  return size > 0 && size < MAX_TOGETHER;
}
