// Events for every SYSTEM_MANAGER about erasures and releases of holds that wait, and again when their time begins again.
import { publishOwnEvents } from '../events/own-events';
import { toNodeId } from '../ids';
import type { Db } from '../sql/db';
import { takeUnannounced, type Waiting } from '../users/approvals/approval.store';
import { systemManagers } from '../users/user.store';

/** @param db a transaction @returns the number of approvals */
export async function announceApprovals(db: Db): Promise<number> {
  const waiting = await takeUnannounced(db);
  if (waiting.length === 0) return 0;
  const managers = await systemManagers(db);
  await publishOwnEvents(
    db,
    waiting.flatMap((approval) => managers.map((manager) => approvalWaiting(approval, manager))),
  );
  return waiting.length;
}

// docs/own-events.md documents the keys: change both
export function approvalWaiting(
  { id, kind, requestedByName, createdAt, takesEffectAt }: Waiting,
  manager: { id: string; name: string },
) {
  const approval = toNodeId('Approval', id);
  const user = { id: toNodeId('User', manager.id), name: manager.name };
  return {
    event: 'approval.waiting' as const,
    referenceDocument: approval,
    data: { approval, kind, requestedBy: requestedByName, createdAt, takesEffectAt, user },
    causedBy: null,
    causePath: [],
  };
}
