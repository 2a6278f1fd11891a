// Places and releases legal holds.

import type { Viewer } from '../access/viewer';
import { recordOwnAct } from '../audit/write-audit-entry';
import { InputError, type UserError } from '../errors/errors';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { type ApprovalRow, waitingApproval } from '../users/approvals/approval.store';
import {
  approvalDetails,
  approveAsSecondPerson,
  approveByTime,
  declineApproval,
  newApprovalId,
  recordOrder,
  requestApproval,
} from '../users/approvals/second-person';
import { usersById } from '../users/user.store';
import { newId, timeOfId, toNodeId, uuidOf } from '../values/ids';
import { reasonFault } from '../values/reason';
import { withCommas } from '../values/text';
import { webhooksById } from '../webhooks/webhook.store';
import { retryDeferredNow } from './erasure.store';
import {
  countHoldsInForce,
  endHold,
  findHoldForUpdate,
  insertHold,
  type LegalHoldRow,
  legalHoldsById,
  lockHolds,
} from './legal-hold.store';

const MAX_HOLDS = 1_000;

/** A hold as a caller orders it. */
export interface HoldOrder {
  name: string;
  webhookId?: string | null;
  documentType?: string | null;
  referenceDocument?: string | null;
  userId?: string | null;
  from?: Date | null;
  to?: Date | null;
  reason: string;
}

/** @throws InputError for each fault */
export async function placeHold(db: Db, viewer: Viewer, order: HoldOrder): Promise<LegalHoldRow> {
  const faults: UserError[] = [];
  const add = (field: string, code: UserError['code'], message: string) =>
    faults.push({ field: [field], code, message });
  const { name, documentType = null, referenceDocument = null, from = null, to = null } = order;
  const webhookId = await named(db, 'webhook', order.webhookId, faults);
  const userId = await named(db, 'user', order.userId, faults);
  const nothing = [order.webhookId, documentType, order.userId, from, to].every((each) => each == null);
  if (nothing && referenceDocument === null) {
    add('webhookId', 'REQUIRED', 'Say what is held: webhookId, documentType, userId, from or to.');
  }
  if (referenceDocument !== null && documentType === null) {
    add('documentType', 'REQUIRED', 'documentType must be given with referenceDocument.');
  }
  if (from !== null && to !== null && from >= to) {
    add('to', 'INVALID', `to must be after from, ${from.toISOString()}, not ${to.toISOString()}.`);
  }
  const fault = reasonFault(order.reason);
  if (fault !== null) faults.push(fault);
  if (faults.length > 0) throw new InputError(faults);
  await lockHolds(db);
  if ((await countHoldsInForce(db)) >= MAX_HOLDS) {
    const message = `There are ${withCommas(MAX_HOLDS)} holds in force, which is the maximum. Release one first.`;
    throw new InputError([{ field: null, code: 'TOO_LARGE', message }]);
  }
  const id = newId();
  const hold: LegalHoldRow = {
    id,
    name,
    webhookId,
    documentType,
    referenceDocument,
    userId,
    from,
    to,
    reason: order.reason.trim(),
    placedBy: viewer.userId,
    createdAt: timeOfId(id),
    releaseId: null,
    releasedAt: null,
  };
  await insertHold(db, hold);
  await record(db, viewer, 'hold.placed', hold, hold.reason, criteriaOf(hold));
  return hold;
}

async function named(db: Db, what: 'webhook' | 'user', given: string | null | undefined, faults: UserError[]) {
  if (given == null) return null;
  const id = uuidOf(what === 'webhook' ? 'Webhook' : 'User', given);
  const found = id !== null && (await (what === 'webhook' ? webhooksById : usersById)(db, [id])).has(id);
  if (!found) faults.push({ field: [`${what}Id`], code: 'NOT_FOUND', message: `There is no ${what} with this id.` });
  return id;
}

// the document stands in the hold alone: the entry outlives it
function criteriaOf({ name, webhookId, documentType, userId, from, to }: LegalHoldRow): Record<string, unknown> {
  return {
    name,
    webhook: webhookId && toNodeId('Webhook', webhookId),
    documentType,
    user: userId && toNodeId('User', userId),
    from,
    to,
  };
}

/** Requests the release of a hold, which needs an approval. @throws InputError */
export async function requestRelease(db: Db, viewer: Viewer, id: string, reason: string): Promise<ApprovalRow> {
  const fault = reasonFault(reason);
  if (fault !== null) throw new InputError([fault]);
  const hold = await holdInForce(db, id);
  const waiting = await waitingApproval(db, hold.id);
  if (waiting) {
    const message = `The release of ${hold.name} was already requested: ${toNodeId('Approval', waiting.id)} waits.`;
    throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
  }
  const order = { kind: 'HOLD_RELEASE', legalHoldId: hold.id, id: newApprovalId(), reason: reason.trim() } as const;
  const approval = await requestApproval(db, viewer, order, ['id']);
  const details = { name: hold.name, ...approvalDetails(approval) };
  await record(db, viewer, 'hold.release_requested', hold, approval.reason, details);
  return approval;
}

/** @throws InputError unless the viewer is a second person */
export async function approveRelease(
  db: Db,
  viewer: Viewer,
  approval: ApprovalRow,
  reason: string,
): Promise<ApprovalRow> {
  const approved = await approveAsSecondPerson(db, viewer, approval, reason);
  const hold = await release(db, approval);
  await record(db, viewer, 'hold.released', hold, reason, { name: hold.name, ...approvalDetails(approval) });
  return approved;
}

/** No second person could approve it, and no one declined it. */
export async function takeReleaseApproved(db: Db, approval: ApprovalRow): Promise<void> {
  const waited = await approveByTime(db, approval);
  const { id, name } = await release(db, approval);
  const subject = { subjectType: 'LegalHold', subjectId: id };
  const details = { name, ...approvalDetails(approval), ...waited };
  await recordOwnAct(db, { action: 'hold.released', ...subject, reason: approval.reason, details });
}

export async function declineRelease(
  db: Db,
  viewer: Viewer,
  approval: ApprovalRow,
  reason: string,
): Promise<ApprovalRow> {
  const declined = await declineApproval(db, viewer, approval, reason);
  const hold = (await legalHoldsById(db, [approval.legalHoldId as string])).get(approval.legalHoldId as string);
  const details = { name: hold?.name, ...approvalDetails(approval) };
  await record(db, viewer, 'hold.release_declined', { id: approval.legalHoldId as string }, reason, details);
  return declined;
}

async function release(db: Db, { id, legalHoldId }: ApprovalRow): Promise<LegalHoldRow> {
  const now = currentTime();
  const hold = await endHold(db, legalHoldId as string, id, now);
  await retryDeferredNow(db, now);
  return hold;
}

async function holdInForce(db: Db, id: string): Promise<LegalHoldRow> {
  const holdId = uuidOf('LegalHold', id);
  const hold = holdId && (await findHoldForUpdate(db, holdId));
  if (!hold) throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no hold with this id.' }]);
  if (hold.releasedAt !== null) {
    const message = `${hold.name} was released at ${hold.releasedAt.toISOString()}.`;
    throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
  }
  return hold;
}

async function record(
  db: Db,
  viewer: Viewer,
  action: string,
  { id }: Pick<LegalHoldRow, 'id'>,
  reason: string | null,
  details: Record<string, unknown>,
): Promise<void> {
  await recordOrder(db, viewer, { action, subjectType: 'LegalHold', subjectId: id, reason, details });
}
