import { join } from 'node:path';
import { startChild } from '../child';

/** A server that is asked: a GraphQL endpoint. */
export interface Target {
  url: string;
  headers: Record<string, string>;
}

/** Kept alive. */
const CONNECTIONS = 16;

export interface LoadProcess {
  /** @param bodies JSON texts, sent in turn @returns answers per second */
  run(target: Target, bodies: readonly string[], seconds: number): Promise<number>;
  stop(): Promise<void>;
}

export function startLoadProcess(): LoadProcess {
  const child = startChild(join(__dirname, 'load-process.mts'));
  return {
    async run({ url, headers }, bodies, seconds) {
      const { port, pathname } = new URL(url);
      const order = { port: Number(port), path: pathname, headers, bodies, connections: CONNECTIONS, seconds };
      const { answers, took } = await child.ask<{ answers: number; took: number }>(order);
      return answers / took;
    },
    stop: child.stop,
  };
}
