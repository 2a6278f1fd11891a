import { join } from 'node:path';
import { startChild } from '../child';

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
  const child = startChild(join(__dirname, 'load-process.mts'));
  const run = ({ url, key, status }: Target, order: object): Promise<Answers> => {
    const { port, pathname } = new URL(url);
    const fixed = { port: Number(port), path: pathname, key, status };
    return child.ask({ ...fixed, perSecond: null, again: false, seconds: 0, ...order });
  };
  return {
    callAll: (target, calls, connections, seconds) => run(target, { ...calls, connections, seconds }),
    callAtRate: (target, calls, perSecond) => run(target, { ...calls, connections: MAX_CONNECTIONS, perSecond }),
    callFor: (target, seconds, connections) =>
      run(target, { first: 0, count: DIFFERENT_CALLS, repeats: false, again: true, connections, seconds }),
    endEarly: () => child.send('stop'),
    stop: child.stop,
  };
}
