import { changedBy, type Db } from '../../sql/db';

/**
 * Repairs deliveries that no process would ever continue: those that wait for capacity of a webhook that is not marked as
 * having a backlog, and those that wait for a finished predecessor. Only an error in Hookledger can leave any.
 * @returns the number of webhooks and deliveries that were repaired
 */
export async function freeStranded(db: Db): Promise<number> {
  const next = await changedBy(
    db,
    `update deliveries set waits_for = 'CAPACITY' where waits_for = 'PREDECESSOR' and id in (
       select distinct on (webhook_id, document_type, reference_document) id from deliveries where blocks
       order by webhook_id, document_type, reference_document, id)`,
  );
  const webhooks = await changedBy(
    db,
    `update webhook_circuits c set has_backlog = true where not has_backlog and exists (
       select from deliveries d where d.webhook_id = c.webhook_id and d.waits_for = 'CAPACITY')`,
  );
  return next + webhooks;
}
