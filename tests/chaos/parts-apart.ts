import { randomBytes } from 'node:crypto';
import { startTcpProxy } from '../database/database-outage/tcp-proxy';
import { askAt, type TestApp } from '../support/app';
import { type Program, startProgram } from '../support/program';
import { type Receiver, startReceiver } from '../support/receiver';
import { createPostgresServer, type PostgresServer } from './postgres-server';
import { seededRandom } from './random';
import { settingsFor } from './settings';

/** A process for each. */
export const PARTS = ['api', 'worker', 'worker', 'indexer'] as const;
/** The numbers of processes. */
export const [API, WORKERS, INDEXER] = [0, [1, 2], 3] as const;

/** The parts of one installation, each in a process of its own, with a database and a partner. */
export interface PartsApart {
  server: PostgresServer;
  partner: Receiver;
  app: TestApp;
  /** Ends a process with the signal, and starts another in its place. */
  replace(n: number, signal: NodeJS.Signals, env?: Record<string, string>): Promise<void>;
  /** Lets a process stand still. @returns lets it continue */
  freeze(n: number): () => void;
  /** What came to its end without a signal from here, with the last lines that it wrote. */
  endedByThemselves(): string[];
  stop(): Promise<void>;
}

export async function startPartsApart(): Promise<PartsApart> {
  const [server, partner] = await Promise.all([createPostgresServer(), startReceiver()]);
  const proxy = await startTcpProxy(server.port);
  const urls = server.urlsAt(proxy.port);
  const adminKey = `test-administrator-${randomBytes(12).toString('hex')}`;
  const env = settingsFor(urls, adminKey);
  const answers = seededRandom(0);
  partner.answerWith(() => ({ status: answers.next() < 0.05 ? 500 : 200, delayMs: answers.between(1, 60) }));
  const all: Program[] = [];
  const running: (Program | null)[] = [];
  const ended = new Set<Program>();
  const start = async (n: number, more: Record<string, string> = {}) => {
    const program = await startProgram({ ...env, PROCESSES: PARTS[n] as string, ...more });
    all.push(program);
    running[n] = program;
  };
  for (const n of PARTS.keys()) await start(n);
  const ask: TestApp['ask'] = (query, variables, key = adminKey) => {
    const url = running[API]?.url;
    return url ? askAt(url, query, variables, key) : Promise.reject(new Error('the API does not run'));
  };
  return {
    server,
    partner,
    app: { ask, adminKey, database: { query: server.query, prepared: server.query } } as unknown as TestApp,
    async replace(n, signal, more) {
      const program = running[n];
      running[n] = null;
      if (program) {
        ended.add(program);
        // it may stand still
        program.child.kill('SIGCONT');
        await program.kill(signal);
      }
      await start(n, more);
    },
    freeze(n) {
      const child = running[n]?.child;
      child?.kill('SIGSTOP');
      return () => void child?.kill('SIGCONT');
    },
    endedByThemselves: () =>
      all
        .filter((program) => !program.lives() && !ended.has(program))
        .map((program) => `exit code ${program.child.exitCode}: ${program.output().slice(-2_000)}`),
    async stop() {
      await Promise.all(all.map((program) => program.kill('SIGKILL')));
      await Promise.all([proxy.stop(), partner.stop()]);
      await server.remove();
    },
  };
}
