// Orders erasures. Those of many rows, and of users who have ordered or decided one, wait for an approval.

import type { Viewer } from '../../access/viewer';
import { recordOwnAct } from '../../audit/write-audit-entry';
import { InputError, type UserError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentMs, currentTime } from '../../time/clock';
import { type ApprovalRow, hasOrderedOrDecided } from '../../users/approvals/approval.store';
import {
  approvalDetails,
  approveAsSecondPerson,
  approveByTime,
  declineApproval,
  newApprovalId,
  recordOrder,
  requestApproval,
} from '../../users/approvals/second-person';
import { findUser, lockAdministrators } from '../../users/user.store';
import { FIRST_ID, newId, timeOfId, toNodeId } from '../../values/ids';
import { reasonFault } from '../../values/reason';
import { withCommas } from '../../values/text';
import {
  decideErasure,
  type ErasureRow,
  insertErasure,
  NOT_BEGUN,
  rowsOrderedAlone,
  type ShownErasure,
} from '../erasure.store';
import {
  countOthers,
  countTargets,
  type ErasableCounts,
  type TakenOfOthers,
  type Targets,
  targetsOfDocument,
  targetsOfPerson,
  targetsOfRequests,
} from './erased-rows.store';

/** More rows, with those that the same person has ordered alone in the last 24 hours, need an approval. */
const ROWS_OF_ONE_PERSON = 100;
const DAY_MS = 86_400_000;
/** Events or requests of one order, except that of a person. */
export const MAX_TARGETS = 10_000;

/** `field`: of the input that names it, for faults. */
export type ErasureTarget = { field: readonly string[] } & (
  | { kind: 'DOCUMENT'; documentType: string; name: string }
  | { kind: 'PERSON'; userId: string }
  /** @see requestIds at most MAX_TARGETS + 1 */
  | { kind: 'CONTENT'; requestIds: readonly string[] }
);

export interface Preview extends ErasableCounts {
  /** Events, deliveries and requests whose content would be erased. */
  rowCount: number;
  others: TakenOfOthers;
  needsSecondPerson: boolean;
  /** false: a person has more events or requests than were counted. */
  complete: boolean;
  /** The targets that were counted. */
  targets: Targets;
}

const NO_TARGETS: Targets = { events: [], requests: [] };

export async function previewErasure(db: Db, viewer: Viewer, target: ErasureTarget): Promise<Preview> {
  return (await found(db, viewer, target)).preview;
}

async function found(db: Db, viewer: Viewer, target: ErasureTarget): Promise<{ targets: Targets; preview: Preview }> {
  const targets = await targetsOf(db, target);
  const counted = target.kind === 'PERSON' ? await firstOfPerson(db, target.userId) : { targets, complete: true };
  const counts = await countTargets(db, counted.targets);
  const rowCount = counts.eventCount + counts.deliveryCount + counts.requestCount;
  const others = await countOthers(db, counted.targets, target.kind === 'PERSON' ? target.userId : null);
  const before = await rowsOrderedAlone(db, viewer.userId, new Date(currentMs() - DAY_MS));
  const isOfDecider = target.kind === 'PERSON' && (await hasOrderedOrDecided(db, target.userId));
  const needsSecondPerson =
    isOfDecider || (rowCount > 0 && before + rowCount > ROWS_OF_ONE_PERSON) || countOf(others) > 0;
  return { targets, preview: { ...counts, ...counted, rowCount, others, needsSecondPerson } };
}

const countOf = ({ reasons, replays, exports }: TakenOfOthers) => reasons + replays + exports;

// an order of a person may be of any size: its rows are found while it runs
async function firstOfPerson(db: Db, userId: string): Promise<{ targets: Targets; complete: boolean }> {
  const { events, requests } = await targetsOfPerson(db, userId, FIRST_ID, MAX_TARGETS + 1);
  const targets = { events: events.slice(0, MAX_TARGETS), requests: requests.slice(0, MAX_TARGETS) };
  return { targets, complete: Math.max(events.length, requests.length) <= MAX_TARGETS };
}

/** The targets of an order; of a person, none. @throws InputError if there are too many */
export async function targetsOf(db: Db, target: ErasureTarget): Promise<Targets> {
  if (target.kind === 'PERSON') return NO_TARGETS;
  const targets =
    target.kind === 'DOCUMENT'
      ? await targetsOfDocument(db, target.documentType, target.name, MAX_TARGETS + 1)
      : await targetsOfRequests(db, target.requestIds);
  const isOver = [targets.events, targets.requests].some(({ length }) => length > MAX_TARGETS);
  if (isOver || (target.kind === 'CONTENT' && target.requestIds.length > MAX_TARGETS)) {
    const limit = withCommas(MAX_TARGETS);
    const message = `More than ${limit} events or requests would be erased; at most ${limit} are allowed: erase them in parts.`;
    throw new InputError([{ field: [...target.field], code: 'TOO_LARGE', message }]);
  }
  return targets;
}

/** @throws InputError for each fault */
export async function orderErasure(db: Db, viewer: Viewer, target: ErasureTarget, reason: string): Promise<ErasureRow> {
  const fault = reasonFault(reason);
  if (fault !== null) throw new InputError([fault]);
  const field = [...target.field];
  if (target.kind === 'PERSON') await refusePerson(db, viewer, target.userId, field);
  const { targets, preview } = await found(db, viewer, target);
  if (preview.rowCount === 0 && target.kind !== 'PERSON') throw new InputError([nothingToErase(preview, field)]);
  const approvalId = preview.needsSecondPerson ? newApprovalId() : null;
  const id = newId();
  const createdAt = timeOfId(id);
  const erasure: ErasureRow = {
    id,
    kind: target.kind,
    status: approvalId === null ? 'ORDERED' : 'REQUESTED',
    userId: target.kind === 'PERSON' ? target.userId : null,
    eventIds: targets.events,
    requestIds: targets.requests,
    rowCount: preview.rowCount,
    otherCount: countOf(preview.others),
    reason: reason.trim(),
    orderedBy: viewer.userId,
    createdAt,
    ...NOT_BEGUN,
    approvalId,
    nextStepAt: approvalId === null ? createdAt : null,
  };
  await insertErasure(db, erasure);
  const approval =
    approvalId === null
      ? null
      : await requestApproval(
          db,
          viewer,
          { kind: 'ERASURE', erasureId: id, id: approvalId, reason: erasure.reason },
          field,
        );
  const act = actOf(approval ? 'erasure.requested' : 'erasure.ordered', erasure, approval);
  await recordOrder(db, viewer, { ...act, reason: erasure.reason });
  return erasure;
}

async function refusePerson(db: Db, viewer: Viewer, userId: string, field: string[]): Promise<void> {
  const refuse = (code: UserError['code'], message: string) => {
    throw new InputError([{ field, code, message }]);
  };
  const user = await findUser(db, userId);
  if (!user) refuse('NOT_FOUND', 'There is no user with this id.');
  if (userId === viewer.userId) refuse('CONFLICT', 'You cannot erase yourself: another SYSTEM_MANAGER must do it.');
  if (user?.name.startsWith(`erased ${userId}`)) refuse('CONFLICT', 'This user was erased already.');
  const administrators = await lockAdministrators(db);
  if (administrators.length === 1 && administrators[0] === userId) {
    const message =
      'No active user with SYSTEM_MANAGER would be left, because all others are to be erased: give the role to another user first.';
    refuse('CONFLICT', message);
  }
}

function nothingToErase({ erasedCount }: Preview, field: string[]): UserError {
  if (erasedCount > 0) return { field, code: 'CONFLICT', message: 'All of this content is erased already.' };
  return { field, code: 'NOT_FOUND', message: 'There is no event and no request with this content.' };
}

// Carries on, or ends, the order of an erasure that waited for its approval.

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
function actOf(action: string, erasure: ShownErasure, approval: Pick<ApprovalRow, 'id' | 'requestedBy'> | null) {
  const { id, kind, userId, rowCount } = erasure;
  const details = {
    kind,
    user: userId && toNodeId('User', userId),
    rows: rowCount,
    ...(approval && approvalDetails(approval)),
  };
  return { action, subjectType: 'Erasure', subjectId: id, details };
}

// Erasures that Hookledger itself orders.

/** A process that has not reported for this long has ended. */
export const LEASE_MS = 60_000;

/** An order that needs no approval. */
export async function orderOwn(
  db: Db,
  kind: 'PERSON' | 'REPEATED' | 'RETENTION',
  what: { userId?: string; targets?: Targets },
  reason: string,
  now: Date,
): Promise<ErasureRow> {
  const { events, requests } = what.targets ?? { events: [], requests: [] };
  const id = newId();
  const erasure: ErasureRow = {
    id,
    kind,
    status: 'ORDERED',
    userId: what.userId ?? null,
    eventIds: events,
    requestIds: requests,
    rowCount: events.length + requests.length,
    otherCount: 0,
    reason,
    orderedBy: null,
    createdAt: timeOfId(id),
    ...NOT_BEGUN,
    // what is not a person's is done by the process that ordered it, until that ends
    nextStepAt: kind === 'PERSON' ? now : new Date(now.getTime() + LEASE_MS),
  };
  await insertErasure(db, erasure);
  const subject = { subjectType: 'Erasure', subjectId: erasure.id };
  await recordOwnAct(db, { action: 'erasure.ordered', ...subject, reason, details: { kind } });
  return erasure;
}
