// This application, started for the run.
import { type Application, type Arrangement, startApplication } from '../../application';
import { archiveWebhook, createWebhook } from '../../bench';
import type { Installation } from '../../installation';
import { DOCUMENT_TYPE, singleEventJson } from '../../load';
import { type Endpoints, LAST_ATTEMPTS, type System } from './system';

const NAMES: Record<Arrangement, string> = { one: 'Hookledger', apart: 'Hookledger apart' };
export const isOwn = (name: string) => Object.values(NAMES).includes(name);
const STUCK = 'Stuck Document';
const LAST = `query ($where: WebhookRequestLogWhere!) { webhookRequestLogs(where: $where, first: ${LAST_ATTEMPTS}) {
  nodes { id status responseStatus startedAt durationMs data response } } }`;

export async function startHookledger(
  installation: Installation,
  arrangement: Arrangement,
  endpoints: Endpoints,
): Promise<System> {
  let application = await startApplication(installation, arrangement);
  await createWebhook(application.api, endpoints.healthy, DOCUMENT_TYPE);
  const stuck = await createWebhook(application.api, endpoints.stuck, STUCK);
  return {
    name: NAMES[arrangement],
    publish: (number) => application.api.publish([singleEventJson(number)]),
    publishStuck: (number) => application.api.publish([singleEventJson(number, STUCK)]),
    removeStuck: () => archiveWebhook(application.api, stuck),
    async lastAttempts() {
      const variables = { where: { documentType: { eq: DOCUMENT_TYPE } } };
      const { webhookRequestLogs } = await application.api.ask<{ webhookRequestLogs: { nodes: unknown[] } }>(
        LAST,
        variables,
      );
      return webhookRequestLogs.nodes.length;
    },
    // what it counts and indexes, for up to 10 s
    gathersMs: 12_000,
    get pids() {
      return Object.values(application.processes).map(({ pid }) => pid);
    },
    storePids: [installation.postmasterPid],
    async crash() {
      application = await startAgain(installation, application);
    },
  };
}

/** Kills the process that has the worker, with SIGKILL. An API of its own goes on. */
async function startAgain(installation: Installation, { api, processes, stop }: Application): Promise<Application> {
  const { worker } = processes;
  if (worker) {
    process.kill(worker.pid, 'SIGKILL');
    return { api, processes: { ...processes, worker: await installation.start('worker,indexer') }, stop };
  }
  for (const { pid } of Object.values(processes)) process.kill(pid, 'SIGKILL');
  return startApplication(installation, 'one');
}
