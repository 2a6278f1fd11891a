// https://hookdeck.com/docs/outpost/api. The server needs TOPICS=invoice.submitted.
import { eventDataJson } from '../../load';
import type { PeerOptions } from '../options';
import { connectHttpApi } from './http-api';
import { type Endpoints, LAST_ATTEMPTS, type System } from './system';

const TOPIC = 'invoice.submitted';

export async function connectOutpost(options: PeerOptions, run: string, endpoints: Endpoints): Promise<System> {
  const api = connectHttpApi(options.url, options.key);
  const create = async (tenant: string, url: string) => {
    await api.call('PUT', `/api/v1/tenants/${tenant}`);
    await api.call(
      'POST',
      `/api/v1/tenants/${tenant}/destinations`,
      JSON.stringify({ type: 'webhook', topics: [TOPIC], config: { url } }),
    );
    return tenant;
  };
  const healthy = await create(`bench-${run}`, endpoints.healthy);
  const stuck = await create(`bench-stuck-${run}`, endpoints.stuck);
  const publish = async (tenant: string, number: number) => {
    const body =
      `{"id":"bench-${run}-${number}","tenant_id":"${tenant}","topic":"${TOPIC}",` + `"data":${eventDataJson(number)}}`;
    await api.call('POST', '/api/v1/publish', body);
  };
  return {
    name: 'Outpost',
    publish: (number) => publish(healthy, number),
    publishStuck: (number) => publish(stuck, number),
    removeStuck: async () => void (await api.call('DELETE', `/api/v1/tenants/${stuck}`)),
    async lastAttempts() {
      const query = `tenant_id=${healthy}&limit=${LAST_ATTEMPTS}&include=event.data,response_data`;
      return (await api.call<{ models: unknown[] }>('GET', `/api/v1/attempts?${query}`)).models.length;
    },
    // its log: for 10 s or 1,000 attempts
    gathersMs: 12_000,
    ...options.processes,
  };
}
