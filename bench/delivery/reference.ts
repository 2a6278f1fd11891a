import { Pool } from 'undici';
import { clockMs } from '../clock';
import { eventJson } from '../load';

const CONNECTIONS = 64;

/** POSTs per second of the same size to the same receiver, with nothing but undici: what no sender here can surpass. */
export async function measureReference(receiverUrl: string, seconds: number): Promise<number> {
  const pool = new Pool(receiverUrl, { connections: CONNECTIONS, pipelining: 1 });
  const headers = { 'content-type': 'application/json', 'webhook-id': 'dlv_0', 'webhook-timestamp': '0' };
  const body = eventJson(0);
  let posted = 0;
  const start = clockMs();
  const end = start + seconds * 1000;
  const poster = async () => {
    while (clockMs() < end) {
      const response = await pool.request({ path: '/raw', method: 'POST', headers, body });
      await response.body.dump();
      posted += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, poster));
  const perSecond = (1000 * posted) / (clockMs() - start);
  await pool.close();
  return perSecond;
}
