import { startTestApp, type TestApp } from '../support/app';
import { startProgram } from '../support/program';
import type { Agreed } from './callers';

/** Two processes that receive calls, without a worker, on one database. */
export interface TwoProcesses {
  /** The first one. */
  app: TestApp;
  /** The same webhook at the address of the second one. */
  inSecond(agreed: Agreed): Agreed;
  stop(): Promise<void>;
}

export async function startTwoProcesses(): Promise<TwoProcesses> {
  const app = await startTestApp({ PROCESSES: 'api' });
  const second = await startProgram({ ...app.env, PROCESSES: 'api' });
  return {
    app,
    inSecond: (agreed) => ({ ...agreed, address: `${second.url}/in/${agreed.token}` }),
    stop: async () => {
      await second.kill('SIGKILL');
      await app.stop();
    },
  };
}
