import { createDataSource } from '../../../src/database/data-source';
import { takeEffectNow } from '../../approvals/take-effect-now';
import type { TestApp } from '../../support/app';

/** All approvals that wait take effect, as if no one had declined them in time. */
export async function approve({ database }: TestApp): Promise<void> {
  const source = await createDataSource(database.servingUrl, { name: 'approve', poolSize: 1 }).initialize();
  try {
    await takeEffectNow(database, (work) => source.transaction(work));
  } finally {
    await source.destroy();
  }
}
