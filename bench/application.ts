// The application, in one process or in two.
import { type Api, connectApi } from './api';
import type { Installation } from './installation';
import type { ServerProcess } from './server-process';

/** `apart`: the API in a process, and in another the worker and the indexer. */
export const ARRANGEMENTS = ['one', 'apart'] as const;
export type Arrangement = (typeof ARRANGEMENTS)[number];

export interface Application {
  api: Api;
  /** By what they do. */
  processes: Readonly<Record<string, ServerProcess>>;
  stop(): Promise<void>;
}

export async function startApplication(installation: Installation, arrangement: Arrangement): Promise<Application> {
  const processes: Record<string, ServerProcess> =
    arrangement === 'one'
      ? { 'one process': await installation.start('api,worker,indexer') }
      : { api: await installation.start('api'), worker: await installation.start('worker,indexer') };
  return withApi(installation, processes);
}

/** No worker: what is published waits. */
export async function startApiAlone(installation: Installation): Promise<Application> {
  return withApi(installation, { api: await installation.start('api') });
}

function withApi(installation: Installation, processes: Record<string, ServerProcess>): Application {
  const all = Object.values(processes);
  const api = connectApi(all.find(({ url }) => url)?.url as string, installation.adminKey);
  return {
    api,
    processes,
    async stop() {
      api.close();
      for (const each of all) await each.stop();
    },
  };
}
