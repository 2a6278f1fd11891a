// https://api.svix.com/docs. The server needs SVIX_WHITELIST_SUBNETS='["127.0.0.0/8"]' to reach the receiver.
import { eventDataJson } from '../../load';
import type { PeerOptions } from '../options';
import { connectHttpApi, RefusedCall } from './http-api';
import { type Endpoints, LAST_ATTEMPTS, type System } from './system';

const EVENT_TYPE = 'invoice.submitted';

export async function connectSvix(options: PeerOptions, run: string, endpoints: Endpoints): Promise<System> {
  const api = connectHttpApi(options.url, options.key);
  const create = async (name: string, url: string) => {
    const app = await api.call<{ id: string }>('POST', '/api/v1/app', JSON.stringify({ name }));
    const endpoint = await api.call<{ id: string }>(
      'POST',
      `/api/v1/app/${app.id}/endpoint`,
      JSON.stringify({ url, description: name }),
    );
    return { app: app.id, endpoint: endpoint.id };
  };
  const healthy = await create(`bench ${run}`, endpoints.healthy);
  const stuck = await create(`bench stuck ${run}`, endpoints.stuck);
  const publish = async (app: string, number: number) => {
    const body = `{"eventType":"${EVENT_TYPE}","eventId":"bench-${run}-${number}","payload":${eventDataJson(number)}}`;
    await api.call('POST', `/api/v1/app/${app}/msg`, body).catch(takeConflict);
  };
  return {
    name: 'Svix',
    publish: (number) => publish(healthy.app, number),
    publishStuck: (number) => publish(stuck.app, number),
    removeStuck: async () => void (await api.call('DELETE', `/api/v1/app/${stuck.app}`)),
    async lastAttempts() {
      const query = `limit=${LAST_ATTEMPTS}&with_content=true`;
      // responses are in the one, payloads in the other
      const [attempts] = await Promise.all([
        api.call<{ data: unknown[] }>(
          'GET',
          `/api/v1/app/${healthy.app}/attempt/endpoint/${healthy.endpoint}?${query}`,
        ),
        api.call('GET', `/api/v1/app/${healthy.app}/endpoint/${healthy.endpoint}/msg?${query}`),
      ]);
      return attempts.data.length;
    },
    gathersMs: 3_000,
    ...options.processes,
  };
}

/** It has the event: the answer to an earlier call with its id was lost. */
function takeConflict(error: Error): void {
  if (!(error instanceof RefusedCall) || error.status !== 409) throw error;
}
