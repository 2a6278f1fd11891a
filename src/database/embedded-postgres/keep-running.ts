// Starts a server again that has ended by itself.
import type { ServerAddress } from './logins';
import type { Server } from './server';

const maxRestarts = 3;
const windowMs = 60_000;

export interface KeepRunningOptions {
  /** Starts the server at this address, to which clients connect. */
  start(address: ServerAddress): Promise<Server>;
  /** Called when the server has ended and is started again. */
  onRestart?(): void;
  /** Called when the server is not started again. */
  onGivenUp?(error: Error): void;
  now?(): number;
}

/**
 * Starts the server again when it ends by itself, at most three times a minute: more restarts would not remove the
 * cause.
 */
export function keepRunning(first: Server, options: KeepRunningOptions): Pick<Server, 'stop'> {
  const { start, onRestart, onGivenUp, now = () => performance.now() } = options;
  const restarts: number[] = [];
  let server = first;
  let stopping = false;
  const watching = watch();

  async function watch(): Promise<void> {
    for (;;) {
      await server.ended;
      if (stopping) return;
      const recent = restarts.filter((at) => now() - at < windowMs);
      if (recent.length >= maxRestarts) {
        onGivenUp?.(new Error(`The embedded PostgreSQL ended ${recent.length + 1} times within a minute.`));
        return;
      }
      restarts.splice(0, restarts.length, ...recent, now());
      onRestart?.();
      try {
        server = await start(server.address);
      } catch (error) {
        if (!stopping) onGivenUp?.(error as Error);
        return;
      }
      if (stopping) return;
    }
  }

  return {
    async stop() {
      stopping = true;
      await server.stop();
      await watching;
      // stop a server that was being started meanwhile
      await server.stop();
    },
  };
}
