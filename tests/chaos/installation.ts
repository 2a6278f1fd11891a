import { randomBytes } from 'node:crypto';
import { startTcpProxy, type TcpProxy } from '../database/database-outage/tcp-proxy';
import type { AnotherVersion } from '../support/another-version';
import { askAt, type TestApp } from '../support/app';
import { type Program, startProgram } from '../support/program';
import { type Receiver, startReceiver } from '../support/receiver';
import { createPostgresServer, type PostgresServer } from './postgres-server';
import { seededRandom } from './random';
import { settingsFor } from './settings';

const PROCESSES = 2;
/** Of the partner's answers: these are refusals. */
const REFUSED = 0.03;

/** Processes of one installation on one database, which is reached through a proxy, and a partner. */
export interface Installation {
  server: PostgresServer;
  proxy: TcpProxy;
  partner: Receiver;
  /** The environment of a process. */
  env: Record<string, string>;
  /** One that runs. @param n chooses */
  urlOf(n: number): string | null;
  /**
   * Sends the signal, waits for the end, and starts another in its place, which may be of another version.
   * @returns the one that ended
   */
  replace(n: number, signal: 'SIGTERM' | 'SIGKILL', env?: Record<string, string>, version?: Version): Promise<Program>;
  /** Whether the process that was reached here has got a signal. */
  isStopping(url: string): boolean;
  /** What came to its end without a signal from here, with the last lines that it wrote. */
  endedByThemselves(): string[];
  /** All that all processes wrote, those that ended too. */
  output(): string;
  /** As far as the tools of the other tests need it. */
  app: TestApp;
  stop(): Promise<void>;
}

type Version = Pick<AnotherVersion, 'start'>;

/** As it was built here. */
const THIS_VERSION: Version = { start: startProgram };

export interface InstallationOptions {
  /** Of the first processes. */
  version?: Version;
  /** A folder for the tables, which the user of the server can write. */
  tablespace?: string;
}

export async function startInstallation({ tablespace, version: first }: InstallationOptions): Promise<Installation> {
  const [server, partner] = await Promise.all([createPostgresServer(), startReceiver()]);
  if (tablespace !== undefined) await server.moveTablesTo(tablespace);
  const proxy = await startTcpProxy(server.port);
  const urls = server.urlsAt(proxy.port);
  const adminKey = `test-administrator-${randomBytes(12).toString('hex')}`;
  const env = settingsFor(urls, adminKey);
  const random = seededRandom(0);
  partner.answerWith(() => ({
    status: random.next() < REFUSED ? 500 : 200,
    delayMs: random.between(1, 40),
  }));
  const all: Program[] = [];
  const current: (Program | null)[] = [];
  const told = new Set<Program>();
  const start = async (more: Record<string, string> = {}, version: Version = THIS_VERSION) => {
    const program = await version.start({ ...env, ...more });
    all.push(program);
    return program;
  };
  for (let n = 0; n < PROCESSES; n += 1) current.push(await start({}, first));

  const urlOf = (n: number) => {
    const lives = current.filter((program) => program?.lives());
    return lives[n % lives.length]?.url ?? null;
  };
  const ask: TestApp['ask'] = (query, variables, key = adminKey) => askAt(urlOf(0) as string, query, variables, key);
  return {
    server,
    proxy,
    partner,
    env,
    urlOf,
    async replace(n, signal, more, version) {
      const program = current[n] as Program;
      current[n] = null;
      told.add(program);
      await program.kill(signal);
      current[n] = await start(more, version);
      return program;
    },
    isStopping: (url) => [...told].some((program) => program.url === url),
    endedByThemselves: () =>
      all
        .filter((program) => !program.lives() && !told.has(program))
        .map((program) => `exit code ${program.child.exitCode}: ${program.output().slice(-2_000)}`),
    output: () => all.map((program) => program.output()).join('\n'),
    app: {
      ask,
      adminKey,
      database: { query: server.query, prepared: server.query },
      get url() {
        return urlOf(0);
      },
    } as unknown as TestApp,
    async stop() {
      await Promise.all(all.map((program) => program.kill('SIGKILL')));
      await Promise.all([proxy.stop(), partner.stop()]);
      await server.remove();
    },
  };
}
