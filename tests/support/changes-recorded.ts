import type { TestApp } from './app';

/**
 * SQL of the number of audit entries about changes by users. Readings, denials and acts of Hookledger itself, such as an
 * erasure that was ordered before, are recorded when a process comes to it.
 */
export const CHANGES_RECORDED = `(select count(*)::int from audit_entries
  where actor_kind = 'USER' and action not in ('content.read', 'access.denied'))`;

/** Changes with every mutation, and with no event of Hookledger itself. */
export async function counts(app: TestApp): Promise<unknown> {
  const [row] = await app.database.prepared(
    `select ${CHANGES_RECORDED} as recorded, (select count(*) from business_events where document_type <> 'Hookledger') as events,
       (select count(*) from users) as users, (select count(*) from api_keys) as keys,
       (select count(*) from webhooks) as webhooks`,
  );
  return row;
}
