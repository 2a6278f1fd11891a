import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Percentiles, percentilesOf } from '../numbers';

/** A server that is asked: a GraphQL endpoint, or anything that takes POSTs of JSON. */
export interface Target {
  url: string;
  headers: Record<string, string>;
}

export interface Load {
  answers: number;
  perSecond: number;
  latencyMs: Percentiles;
  bytesPerAnswer: number;
}

export const CONNECTIONS = 16;

export interface LoadEffort {
  seconds: number;
  /** Kept alive; 16 by default. */
  connections?: number;
  /** Goes on for so many answers, but no longer than five times as long. */
  least?: number;
}

export interface LoadProcess {
  /** @param bodies JSON texts, sent in turn */
  run(target: Target, bodies: readonly string[], effort: LoadEffort): Promise<Load>;
  stop(): Promise<void>;
}

type Result = { requests: number; seconds: number; bytes: number; latenciesMs: number[] } | { fault: string };

export function startLoadProcess(): LoadProcess {
  const child = fork(join(__dirname, 'load-process.mts'), { execArgv: [], serialization: 'advanced' });
  return {
    async run({ url, headers }, bodies, { seconds, connections = CONNECTIONS, least = 0 }) {
      const { port, pathname, search } = new URL(url);
      child.send({ port: Number(port), path: pathname + search, headers, bodies, connections, seconds, least });
      const result = await answerOf(child);
      if ('fault' in result) throw new Error(result.fault);
      return {
        answers: result.requests,
        perSecond: result.requests / result.seconds,
        latencyMs: percentilesOf(result.latenciesMs),
        bytesPerAnswer: result.bytes / result.requests,
      };
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function answerOf(child: ChildProcess): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the process that makes the load ended'));
    child.once('exit', onExit);
    child.once('message', (result: Result) => {
      child.off('exit', onExit);
      resolve(result);
    });
  });
}
