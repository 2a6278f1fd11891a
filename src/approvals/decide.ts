// Approves and declines what was requested, each kind by its own rules.

import type { Viewer } from '../access/viewer';
import { publishOwnEvents } from '../events/publish-own-events';
import type { Context } from '../graphql/context';
import { approveErasure, declineErasure, takeErasureApproved } from '../privacy/erasing/order-erasure';
import { approveRelease, declineRelease, takeReleaseApproved } from '../privacy/legal-holds';
import { approveReplay, declineReplay } from '../replay/requests/request-replay.resolver';
import type { Db } from '../sql/db';
import type { ApprovalKind } from '../users/approvals/approval.entity';
import {
  type ApprovalRow,
  approvalsById,
  takeDueApproval,
  takeUnannounced,
  type Waiting,
} from '../users/approvals/approval.store';
import { approvalToDecide, noSuchApproval } from '../users/approvals/second-person';
import { systemManagers } from '../users/user.store';
import { toNodeId } from '../values/ids';

type Decide = (db: Db, viewer: Viewer, approval: ApprovalRow, reason: string) => Promise<ApprovalRow>;
type Parts = Pick<Context, 'db' | 'transaction' | 'traceparent'>;

// a replay has transactions of its own: skipped deliveries are evaluated between them
const APPROVE: { readonly [Kind in Exclude<ApprovalKind, 'REPLAY'>]: Decide } = {
  ERASURE: approveErasure,
  HOLD_RELEASE: approveRelease,
};
const DECLINE: { readonly [Kind in ApprovalKind]: Decide } = {
  REPLAY: declineReplay,
  ERASURE: declineErasure,
  HOLD_RELEASE: declineRelease,
};

/** @throws InputError */
export async function approve(parts: Parts, viewer: Viewer, id: string | null, reason: string): Promise<ApprovalRow> {
  const { id: known, kind } = await approvalOf(parts.db, viewer, id);
  if (kind === 'REPLAY') return approveReplay(parts, viewer, known, reason);
  return parts.transaction(async (db) => APPROVE[kind](db, viewer, await approvalToDecide(db, known), reason));
}

/** @throws InputError */
export async function decline(parts: Parts, viewer: Viewer, id: string | null, reason: string): Promise<ApprovalRow> {
  const { id: known, kind } = await approvalOf(parts.db, viewer, id);
  return parts.transaction(async (db) => DECLINE[kind](db, viewer, await approvalToDecide(db, known), reason));
}

/** Only a SYSTEM_MANAGER decides about erasures and holds: to others, their approvals are not known. */
async function approvalOf(db: Db, { roles }: Viewer, id: string | null): Promise<ApprovalRow> {
  const approval = id === null ? undefined : (await approvalsById(db, [id])).get(id);
  if (!approval || (approval.kind !== 'REPLAY' && !roles.has('SYSTEM_MANAGER'))) throw noSuchApproval();
  return approval;
}

// Erasures and releases of holds that no second person could approve, and no one declined, take effect in the end.

/** Does what the first approval that is due is about. @param db a transaction @returns whether there was one */
export async function takeEffect(db: Db): Promise<boolean> {
  const approval = await takeDueApproval(db);
  if (!approval) return false;
  await (approval.kind === 'ERASURE' ? takeErasureApproved : takeReleaseApproved)(db, approval);
  return true;
}

// Events for every SYSTEM_MANAGER about erasures and releases of holds that wait, and again when their time begins again.

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
