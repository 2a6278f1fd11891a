// This application, started for the run: the API in a process, worker and indexer in another.

import { connectApi } from '../../api';
import type { TestBed } from '../../bench';
import { archiveWebhook, createWebhook } from '../../bench';
import { DOCUMENT_TYPE, singleEventJson } from '../../load';
import { type Endpoints, LAST_ATTEMPTS, type System } from './system';

const STUCK = 'Stuck Document';
const LAST = `query ($where: WebhookRequestLogWhere!) { webhookRequestLogs(where: $where, first: ${LAST_ATTEMPTS}) {
  nodes { id status responseStatus startedAt durationMs data response } } }`;

export async function startHookledger(
  { installation }: Pick<TestBed, 'installation'>,
  endpoints: Endpoints,
): Promise<System> {
  const apiProcess = await installation.start('api');
  let worker = await installation.start('worker,indexer');
  const api = connectApi(apiProcess.url as string, installation.adminKey);
  await createWebhook(api, endpoints.healthy, DOCUMENT_TYPE);
  const stuck = await createWebhook(api, endpoints.stuck, STUCK);
  return {
    name: 'Hookledger',
    publish: (number) => api.publish([singleEventJson(number)]),
    publishStuck: (number) => api.publish([singleEventJson(number, STUCK)]),
    removeStuck: () => archiveWebhook(api, stuck),
    async lastAttempts() {
      const variables = { where: { documentType: { eq: DOCUMENT_TYPE } } };
      const { webhookRequestLogs } = await api.ask<{ webhookRequestLogs: { nodes: unknown[] } }>(LAST, variables);
      return webhookRequestLogs.nodes.length;
    },
    get pids() {
      return [apiProcess.pid, worker.pid];
    },
    storePids: [installation.postmasterPid],
    async crash() {
      process.kill(worker.pid, 'SIGKILL');
      worker = await installation.start('worker,indexer');
    },
  };
}
