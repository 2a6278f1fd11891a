import type { DataSource } from 'typeorm';
import { DELIVER } from './pools';
import { DatabaseStartError, PAST_THE_POOLER } from './start-with-database';

/**
 * Refuses a connection pooler that drops the settings of sessions: without them statements have no time limit and other plans; and one
 * that shares sessions between transactions loses prepared statements too.
 * @param deliver the pool DELIVER
 */
export async function refusePooler(deliver: DataSource): Promise<void> {
  const [row] = await deliver.query<{ mode: string }[]>(`select current_setting('plan_cache_mode') as mode`);
  if (row?.mode === DELIVER.settings.plan_cache_mode) return;
  throw new DatabaseStartError(
    `It cannot start: a connection pooler in front of the database drops the settings of sessions. ${PAST_THE_POOLER}`,
  );
}
