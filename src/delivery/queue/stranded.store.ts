import { changedBy, type Db } from '../../sql/db';

/**
 * Lets go on what waits and was forgotten: what waits for the capacity of a webhook that nobody looks at, and what waits
 * for a predecessor that is over. Nothing should be found; a state that nothing moves on would last for ever.
 * @returns how many webhooks and deliveries were found
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
    `update webhook_circuits c set crowded = true where not crowded and exists (
       select from deliveries d where d.webhook_id = c.webhook_id and d.waits_for = 'CAPACITY')`,
  );
  return next + webhooks;
}
