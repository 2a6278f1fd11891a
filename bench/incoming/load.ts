import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Where partners call, and how. */
export interface Target {
  url: string;
  /** What they sign with, in base64. */
  key: string;
  /** What they must be answered. */
  status: number;
}

export interface Calls {
  /** The number of the first. */
  first: number;
  count: number;
  repeats: boolean;
}

/** In the order of the answers: columns of one table. */
export interface Answers {
  numbers: number[];
  /** What each answer has as x-request-id. */
  ids: string[];
  /** From when the call was due, or sent, to its answer. */
  waitsMs: number[];
  /** When it was answered, in ms. */
  times: number[];
  cpuMs: number;
}

export interface LoadProcess {
  /** Each call once, each connection when it was answered; after so many seconds, no new ones. */
  callAll(target: Target, calls: Calls, connections: number, seconds: number): Promise<Answers>;
  /** Each call once, when it is due. */
  callAtRate(target: Target, calls: Calls, perSecond: number): Promise<Answers>;
  /** The same calls over and over, each connection when it was answered; numbers and ids are not noted. */
  callFor(target: Target, seconds: number, connections: number): Promise<Answers>;
  /** Ends `callFor` before its time. */
  endEarly(): void;
  stop(): Promise<void>;
}

/** So many may be under way at a rate. */
const MAX_CONNECTIONS = 64;
const DIFFERENT_CALLS = 500;

/** One run at a time. */
export function startLoadProcess(): LoadProcess {
  const child = fork(join(__dirname, 'load-process.mts'), { execArgv: [], serialization: 'advanced' });
  const run = async ({ url, key, status }: Target, order: object): Promise<Answers> => {
    const { port, pathname } = new URL(url);
    child.send({
      port: Number(port),
      path: pathname,
      key,
      status,
      perSecond: null,
      again: false,
      seconds: 0,
      ...order,
    });
    return answerOf(child);
  };
  return {
    callAll: (target, calls, connections, seconds) => run(target, { ...calls, connections, seconds }),
    callAtRate: (target, calls, perSecond) => run(target, { ...calls, connections: MAX_CONNECTIONS, perSecond }),
    callFor: (target, seconds, connections) =>
      run(target, { first: 0, count: DIFFERENT_CALLS, repeats: false, again: true, connections, seconds }),
    endEarly: () => child.send('stop'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function answerOf(child: ChildProcess): Promise<Answers> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the process that makes the load ended'));
    child.once('exit', onExit);
    child.once('message', (result: Answers | { fault: string }) => {
      child.off('exit', onExit);
      if ('fault' in result) reject(new Error(result.fault));
      else resolve(result);
    });
  });
}
