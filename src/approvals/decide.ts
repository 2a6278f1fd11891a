// Approves and declines what was requested, each kind by its own rules.
import type { Context } from '../graphql/context';
import { approveErasure, declineErasure } from '../privacy/erasing/approve-erasure';
import { approveRelease, declineRelease } from '../privacy/legal-holds';
import { approveReplay, declineReplay } from '../replay/requests/request-replay';
import type { Db } from '../sql/db';
import type { ApprovalKind } from '../users/approvals/approval.entity';
import { type ApprovalRow, approvalsById } from '../users/approvals/approval.store';
import { approvalToDecide, noSuchApproval } from '../users/approvals/second-person';
import type { Viewer } from '../viewer';

type Decide = (db: Db, viewer: Viewer, approval: ApprovalRow, reason: string) => Promise<ApprovalRow>;
type Parts = Pick<Context, 'db' | 'transaction'>;

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
