// Erasures and releases of holds that no second person could approve, and no one declined, take effect in the end.
import { takeErasureApproved } from '../privacy/erasing/approve-erasure';
import { takeReleaseApproved } from '../privacy/legal-holds';
import type { Db } from '../sql/db';
import { takeDueApproval } from '../users/approvals/approval.store';

/** Does what the first approval that is due is about. @param db a transaction @returns whether there was one */
export async function takeEffect(db: Db): Promise<boolean> {
  const approval = await takeDueApproval(db);
  if (!approval) return false;
  await (approval.kind === 'ERASURE' ? takeErasureApproved : takeReleaseApproved)(db, approval);
  return true;
}
