import { TRAVEL_MS } from '../../../src/delivery/capacity/rate-and-concurrency';
import { uuidOf } from '../../../src/values/ids';
import type { TestApp } from '../../support/app';
import type { Receiver } from '../../support/receiver';

/**
 * The largest number that arrived within any second. A request that a slow machine takes more than TRAVEL_MS to bring to the partner
 * counts from then on, which is what the limit promises.
 */
export async function mostArrivedInASecond(
  app: TestApp,
  partner: Receiver,
  webhook: { id: string; path: string },
): Promise<number> {
  const begun = await app.database.query<{ deliveryId: string; at: Date }>(
    `select delivery_id as "deliveryId", started_at as at from webhook_request_logs where webhook_id = $1
     order by attempt_number`,
    [uuidOf('Webhook', webhook.id)],
  );
  const begunOf = Map.groupBy(begun, ({ deliveryId }) => deliveryId);
  const arrivals = partner.calls
    .filter((call) => call.path === webhook.path)
    .map(({ at, headers }) => {
      const attempt = begunOf.get(uuidOf('Delivery', String(headers['webhook-id'])) ?? '')?.shift();
      return Math.min(at, (attempt?.at.getTime() ?? Number.NaN) + TRAVEL_MS);
    })
    .sort((a, b) => a - b);
  return Math.max(...arrivals.map((at, n) => arrivals.slice(n).filter((other) => other - at < 1_000).length));
}
