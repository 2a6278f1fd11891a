import { changedBy, type Db } from '../../sql/db';
import { moveSql } from '../delivery-state.store';

/**
 * Repairs deliveries that no process would ever continue: those that wait for capacity of a webhook that is not marked as
 * having a backlog, and those that wait for a finished predecessor. Only an error in Hookledger can leave any.
 * @returns the number of webhooks and deliveries that were repaired
 */
export async function freeStranded(db: Db): Promise<number> {
  const next = await changedBy(
    db,
    moveSql(`update deliveries as d set waits_for = 'CAPACITY' where d.waits_for = 'PREDECESSOR' and d.id in (
       select distinct on (webhook_id, document_type, reference_document) id from blocking_deliveries
       order by webhook_id, document_type, reference_document, id)`),
  );
  const webhooks = await changedBy(
    db,
    `update webhook_circuits c set has_backlog = true where not has_backlog and exists (
       select from open_deliveries o where o.webhook_id = c.webhook_id and o.waits_for = 'CAPACITY')`,
  );
  return next + webhooks;
}
