import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestDatabase } from '../../support/database';
import { waitFor } from '../../support/wait-for';

/** Where kill-at-statement.mjs ends it. {}: nowhere. */
export type Killed = { BEFORE: number } | { AFTER_COMMIT: number } | Record<string, never>;

export interface KilledScript {
  /** Its path. It ends itself by kill-at-statement.mjs. */
  script: string;
  /** The `application_name` of its session. */
  session: string;
  /** In addition to DATABASE_URL. */
  env?: Record<string, string>;
}

/**
 * Runs a script as a process, and waits until PostgreSQL has ended its session, and with it its locks and its transaction.
 * @returns the signal that ended it; null: it did its work, and ended by itself
 */
export async function runUntilKilled(
  database: TestDatabase,
  { script, session, env = {} }: KilledScript,
  killed: Killed,
): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [script], {
    env: {
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      DATABASE_URL: database.servingUrl,
      ...env,
      ...Object.fromEntries(Object.entries(killed).map(([name, number]) => [name, String(number)])),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
    // ends one that hangs with SIGTERM, which no test expects
    timeout: 60_000,
  });
  const [code, signal] = await once(child, 'exit');
  if (signal === null) expect(code).toBe(0);
  await waitFor('the end of its session', async () => {
    const sessions = await database.query(
      'select from pg_stat_activity where datname = current_database() and application_name = $1',
      [session],
    );
    return sessions.length === 0;
  });
  return signal;
}
