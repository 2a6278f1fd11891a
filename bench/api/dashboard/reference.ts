import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Database } from '../database';
import { CONNECTIONS } from '../load';
import { ask } from './ask';
import { type Captured, startCapture } from './capture';
import { QUERIES, type QueryName } from './queries';
import type { Side } from './sides';

/** The statements of each question of each query, in order. */
export type Recorded = Record<QueryName, Captured[][]>;

/**
 * Asks every question once of a server of ours whose way to PostgreSQL is watched. Everything counts that it sends for a
 * question, the look-up of the key too.
 */
export async function record(database: Database, ours: Side): Promise<Recorded> {
  const capture = await startCapture(database.servingUrl);
  try {
    const server = await database.start('api', { DATABASE_URL: capture.url });
    try {
      const target = { ...ours.target, url: `${server.url}/graphql` };
      const recorded: Recorded = { list: [], webhook: [], timeline: [], failures: [] };
      await ask(target, ours.queries.list);
      for (const query of QUERIES) {
        for (const variables of ours.variables[query]) {
          capture.take();
          await ask(target, ours.queries[query], variables);
          recorded[query].push(capture.take());
        }
      }
      return recorded;
    } finally {
      await server.stop();
    }
  } finally {
    await capture.stop();
  }
}

export interface ReferenceProcess {
  /** Questions per second that PostgreSQL alone answers. */
  run(questions: Captured[][], seconds: number): Promise<number>;
  stop(): Promise<void>;
}

export function startReferenceProcess(databaseUrl: string): ReferenceProcess {
  const child = fork(join(__dirname, '../reference-process.mts'), { execArgv: [], serialization: 'advanced' });
  return {
    async run(recorded, seconds) {
      const texts = new Map<string, number>();
      const statements: Buffer[] = [];
      const questions = recorded.map((runs) =>
        runs.map(({ parse, bind }) => {
          const text = parse.toString('latin1');
          const known = texts.get(text);
          if (known === undefined) {
            texts.set(text, statements.length);
            statements.push(parse);
          }
          return { statement: known ?? statements.length - 1, bind };
        }),
      );
      child.send({ databaseUrl, connections: CONNECTIONS, seconds, statements, questions });
      return perSecondOf(child);
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function perSecondOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the process that runs the statements ended'));
    child.once('exit', onExit);
    child.once('message', (result: { perSecond: number } | { fault: string }) => {
      child.off('exit', onExit);
      if ('fault' in result) reject(new Error(result.fault));
      else resolve(result.perSecond);
    });
  });
}
