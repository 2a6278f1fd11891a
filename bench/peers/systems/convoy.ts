// https://docs.getconvoy.io/api-reference. The server needs CONVOY_DISPATCHER_ALLOW_LIST=127.0.0.0/8 and
// CONVOY_DISPATCHER_SKIP_PING_VALIDATION=true to reach the receiver.
import { eventDataJson } from '../../load';
import type { PeerOptions } from '../options';
import { connectHttpApi } from './http-api';
import { type Endpoints, LAST_ATTEMPTS, type System } from './system';

const EVENT_TYPE = 'invoice.submitted';

interface Answer<Data> {
  data: Data;
}

/** @param project the id of an outgoing project, whose key `options` has */
export async function connectConvoy(
  options: PeerOptions,
  run: string,
  endpoints: Endpoints,
  project: string,
): Promise<System> {
  const api = connectHttpApi(options.url, options.key);
  const base = `/api/v1/projects/${project}`;
  const create = async (name: string, url: string) => {
    const { data: endpoint } = await api.call<Answer<{ uid: string }>>(
      'POST',
      `${base}/endpoints`,
      JSON.stringify({ name, url, description: name }),
    );
    await api.call('POST', `${base}/subscriptions`, JSON.stringify({ name, endpoint_id: endpoint.uid }));
    return endpoint.uid;
  };
  const healthy = await create(`bench ${run}`, endpoints.healthy);
  const stuck = await create(`bench stuck ${run}`, endpoints.stuck);
  const publish = async (endpoint: string, number: number) => {
    const body =
      `{"endpoint_id":"${endpoint}","event_type":"${EVENT_TYPE}","idempotency_key":"bench-${run}-${number}",` +
      `"data":${eventDataJson(number)}}`;
    await api.call('POST', `${base}/events`, body);
  };
  return {
    name: 'Convoy',
    publish: (number) => publish(healthy, number),
    publishStuck: (number) => publish(stuck, number),
    removeStuck: async () => void (await api.call('DELETE', `${base}/endpoints/${stuck}`)),
    async lastAttempts() {
      const list = await api.call<Answer<{ content: { uid: string }[] }>>(
        'GET',
        `${base}/eventdeliveries?endpointId=${healthy}&perPage=${LAST_ATTEMPTS}`,
      );
      const { content } = list.data;
      // the list has the payloads; the responses are with the attempts of each
      await Promise.all(content.map(({ uid }) => api.call('GET', `${base}/eventdeliveries/${uid}/deliveryattempts`)));
      return content.length;
    },
    gathersMs: 3_000,
    ...options.processes,
  };
}
