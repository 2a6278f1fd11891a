import { join } from 'node:path';
import { startChild } from '../child';
import { ratePerSecond } from '../numbers';
import { CONNECTIONS } from './full-speed';
import type { LoadProcess } from './load';

/** Calls per second that a bare server takes from the same load generator. */
export async function measureReference(load: LoadProcess, key: string, seconds: number): Promise<number> {
  const child = startChild(join(__dirname, 'reference-process.mts'));
  try {
    const { port } = await child.ask<{ port: number }>({ key });
    const target = { url: `http://127.0.0.1:${port}/in/reference`, key, status: 200 };
    const { times } = await load.callFor(target, seconds, CONNECTIONS);
    return ratePerSecond(times);
  } finally {
    await child.stop();
  }
}
