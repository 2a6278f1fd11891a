// Starts a server again that has ended by itself.
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerAddress } from './logins';
import type { Server } from './server';

const maxRestarts = 3;
const windowMs = 60_000;
const lookMs = 1_000;

export interface KeepRunningOptions {
  /** Starts the server at this address, to which clients connect. */
  start(address: ServerAddress): Promise<Server>;
  /** Whether its disks have the space that a start needs. */
  hasSpace(): Promise<boolean>;
  /** Called when the server has ended and is started again. */
  onRestart?(): void;
  /** Called when the server has ended and is started again once its disks have space. */
  onFull?(): void;
  /** Called when the server is not started again. */
  onGivenUp?(error: Error): void;
  now?(): number;
}

/**
 * Starts the server again when it ends by itself, at most three times a minute: more restarts would not remove the
 * cause. A server that has ended because its disk is full is started once there is space, however often.
 */
export function keepRunning(first: Server, options: KeepRunningOptions): Pick<Server, 'stop'> {
  const { start, hasSpace, onRestart, onFull, onGivenUp, now = () => performance.now() } = options;
  const restarts: number[] = [];
  let server = first;
  const stopped = new AbortController();
  const isStopping = () => stopped.signal.aborted;
  const watching = watch();

  async function watch(): Promise<void> {
    for (;;) {
      await server.ended;
      const lackedSpace = await waitForSpace();
      if (isStopping()) return;
      const recent = restarts.filter((at) => now() - at < windowMs);
      if (!lackedSpace && recent.length >= maxRestarts) {
        onGivenUp?.(new Error(`The embedded PostgreSQL ended ${recent.length + 1} times within a minute.`));
        return;
      }
      restarts.splice(0, restarts.length, ...recent, ...(lackedSpace ? [] : [now()]));
      onRestart?.();
      try {
        server = await start(server.address);
      } catch (error) {
        if (isStopping()) return;
        if (await hasSpace()) {
          onGivenUp?.(error as Error);
          return;
        }
      }
      if (isStopping()) return;
    }
  }

  async function waitForSpace(): Promise<boolean> {
    if (isStopping() || (await hasSpace())) return false;
    onFull?.();
    while (!isStopping() && !(await hasSpace())) {
      await delay(lookMs, undefined, { ref: false, signal: stopped.signal }).catch(() => undefined);
    }
    return true;
  }

  return {
    async stop() {
      stopped.abort();
      await server.stop();
      await watching;
      // stop a server that was being started meanwhile
      await server.stop();
    },
  };
}
