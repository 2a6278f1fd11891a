// Carries on, or ends, the order of an erasure that waited for its approval.
import { recordOwnAct } from '../../audit/write-audit-entry';
import { currentTime } from '../../clock';
import { toNodeId } from '../../ids';
import type { Db } from '../../sql/db';
import type { ApprovalRow } from '../../users/approvals/approval.store';
import {
  approvalDetails,
  approveAsSecondPerson,
  approveByTime,
  declineApproval,
  recordOrder,
} from '../../users/approvals/second-person';
import type { Viewer } from '../../viewer';
import { decideErasure, type ShownErasure } from '../erasure.store';

/** @throws InputError unless the viewer is a second person */
export async function approveErasure(
  db: Db,
  viewer: Viewer,
  approval: ApprovalRow,
  reason: string,
): Promise<ApprovalRow> {
  const approved = await approveAsSecondPerson(db, viewer, approval, reason);
  const erasure = await begin(db, approval);
  await recordOrder(db, viewer, { ...actOf('erasure.approved', erasure, approval), reason });
  return approved;
}

/** No second person could approve it, and no one declined it. */
export async function takeErasureApproved(db: Db, approval: ApprovalRow): Promise<void> {
  const waited = await approveByTime(db, approval);
  const erasure = await begin(db, approval);
  const { details, ...act } = actOf('erasure.approved', erasure, approval);
  await recordOwnAct(db, { ...act, reason: approval.reason, details: { ...details, ...waited } });
}

export async function declineErasure(
  db: Db,
  viewer: Viewer,
  approval: ApprovalRow,
  reason: string,
): Promise<ApprovalRow> {
  const declined = await declineApproval(db, viewer, approval, reason);
  const ended = { status: 'DECLINED', nextStepAt: null, finishedAt: currentTime() } as const;
  const erasure = await decideErasure(db, approval.erasureId as string, ended);
  await recordOrder(db, viewer, { ...actOf('erasure.declined', erasure, approval), reason });
  return declined;
}

async function begin(db: Db, { erasureId }: ApprovalRow): Promise<ShownErasure> {
  const begun = { status: 'ORDERED', nextStepAt: currentTime(), finishedAt: null } as const;
  return decideErasure(db, erasureId as string, begun);
}

/** Without the name of a document: the entry outlives it. */
export function actOf(action: string, erasure: ShownErasure, approval: Pick<ApprovalRow, 'id' | 'requestedBy'> | null) {
  const { id, kind, userId, rowCount } = erasure;
  const details = {
    kind,
    user: userId && toNodeId('User', userId),
    rows: rowCount,
    ...(approval && approvalDetails(approval)),
  };
  return { action, subjectType: 'Erasure', subjectId: id, details };
}
