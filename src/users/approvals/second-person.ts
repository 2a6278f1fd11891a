// Acts that one person requests and another decides. Of replays a person is a user: two keys of one user are one person. Of
// erasures and releases of holds it is a person at the identity provider: second_persons() in migrations/13-approvals.sql.

import type { Role, Viewer } from '../../access/viewer';
import { type Act, recordAct } from '../../audit/write-audit-entry';
import { InputError, inputError } from '../../errors/errors';
import { isViolationOf } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId, toNodeId } from '../../values/ids';
import { findUser, hasOtherUserWith } from '../user.store';
import {
  type ApprovalRow,
  approvalRules,
  type Decision,
  decideApproval,
  findApprovalForUpdate,
  insertApproval,
  type NewApproval,
  type Person,
  secondPersonsOf,
} from './approval.store';

const conflict = (field: string, message: string) => new InputError([{ field: [field], code: 'CONFLICT', message }]);

/**
 * @param what the act, as the subject of a sentence, such as "A replay that is asked for"
 * @throws InputError CONFLICT if no other user could decide
 */
export async function refuseWithoutSecondPerson(
  db: Db,
  userId: string,
  roles: readonly Role[],
  what: string,
  field: string,
): Promise<void> {
  if (await hasOtherUserWith(db, userId, roles)) return;
  const message =
    `${what} needs a second person, and no other active user has the role ${roles.join(' or ')}. ` +
    'Give this role to another user.';
  throw conflict(field, message);
}

/** @throws InputError CONFLICT if the user who decides is the one who asked */
export function refuseSamePerson({ requestedBy }: ApprovalRow, viewer: Viewer): void {
  if (requestedBy !== viewer.userId) return;
  throw conflict('id', 'You requested this yourself: another person must decide about it.');
}

/** The person at the identity provider in whose session the viewer acts; null: it is another session, or a key. */
async function personOf(db: Db, { userId, sessionId, apiKeyId }: Viewer): Promise<Person | null> {
  if (sessionId === null || apiKeyId !== null) return null;
  const user = await findUser(db, userId);
  if (!user?.identityIssuer || !user.identitySubject) return null;
  return { issuer: user.identityIssuer, subject: user.identitySubject };
}

export type OrderToApprove = { kind: 'ERASURE'; erasureId: string } | { kind: 'HOLD_RELEASE'; legalHoldId: string };

/** An id for an approval: rows that name it can be inserted before it. */
export function newApprovalId(): string {
  return newId();
}

/**
 * Requests the approval of an erasure or of the release of a hold.
 * @param field of the input, which a refusal names
 * @throws InputError CONFLICT if another person could approve it, and the viewer cannot be the first of two persons
 */
export async function requestApproval(
  db: Db,
  viewer: Viewer,
  order: OrderToApprove & { id: string; reason: string },
  field: string[],
): Promise<ApprovalRow> {
  const person = await personOf(db, viewer);
  const approval: NewApproval = { ...order, requestedBy: viewer.userId, createdAt: timeOfId(order.id) };
  try {
    return await insertApproval(db, approval, person);
  } catch (error) {
    if (!isViolationOf(error, 'approvals_first_person')) throw error;
    const message =
      person === null
        ? `Another person can approve this, so ${A_PERSON}`
        : 'Another person can approve this, so you must be known to the identity provider for longer: your roles or your ' +
          'identity changed within the last SECOND_PERSON_WAIT_HOURS before this request. Repeat it later.';
    throw inputError(field, 'CONFLICT', message);
  }
}

/** The approval with this id, locked. @throws InputError NOT_FOUND, or CONFLICT unless it is WAITING */
export async function approvalToDecide(db: Db, id: string): Promise<ApprovalRow> {
  const approval = await findApprovalForUpdate(db, id);
  if (!approval) throw noSuchApproval();
  const { status, decidedAt, expiresAt } = approval;
  if (decidedAt !== null) throw conflict('id', `It was ${status} at ${decidedAt.toISOString()}.`);
  if (expiresAt !== null && (status === 'EXPIRED' || expiresAt <= currentTime())) {
    throw conflict('id', `It expired at ${expiresAt.toISOString()}: request it again.`);
  }
  return approval;
}

export function noSuchApproval(): InputError {
  return new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no approval with this id.' }]);
}

/** Approves an erasure or a release as the second person. @throws InputError unless the viewer is one */
export async function approveAsSecondPerson(
  db: Db,
  viewer: Viewer,
  approval: ApprovalRow,
  reason: string,
): Promise<ApprovalRow> {
  await refuseOtherDecider(db, viewer, approval);
  return decideApproval(db, approval.id, decisionOf(viewer, 'APPROVED', reason), await personOf(db, viewer));
}

async function refuseOtherDecider(db: Db, viewer: Viewer, approval: ApprovalRow): Promise<void> {
  const { id, takesEffectAt } = approval;
  const otherwise =
    takesEffectAt === null
      ? ''
      : ` It takes effect at ${takesEffectAt.toISOString()} unless a SYSTEM_MANAGER declines it.`;
  const rules = await approvalRules(db);
  if (!rules?.issuer) {
    const message = 'Without an identity provider (OIDC_ISSUER) no one can approve this: a user may be any person.';
    throw conflict('id', message + otherwise);
  }
  refuseProgram(viewer, true);
  refuseSamePerson(approval, viewer);
  if ((await secondPersonsOf(db, id)).includes(viewer.userId)) return;
  const message =
    'You cannot approve this: it needs two persons of the identity provider, each of whom was linked to their user, with the ' +
    `same roles, for ${rules.waitHours} hours before it was requested, and none of whom has placed the hold.`;
  throw conflict('id', message + otherwise);
}

/** It takes effect without a second person. @returns what the entry of the audit trail says of it */
export async function approveByTime(db: Db, { id, takesEffectAt }: ApprovalRow): Promise<{ waitedUntil: Date | null }> {
  await decideApproval(
    db,
    id,
    { status: 'APPROVED', decidedBy: null, decidedAt: currentTime(), decisionReason: null },
    null,
  );
  return { waitedUntil: takesEffectAt };
}

/** Declines it. Of erasures and releases, every SYSTEM_MANAGER may, also the one who requested it. */
export async function declineApproval(
  db: Db,
  viewer: Viewer,
  approval: ApprovalRow,
  reason: string,
): Promise<ApprovalRow> {
  if (approval.kind === 'REPLAY') refuseSamePerson(approval, viewer);
  return decideApproval(db, approval.id, decisionOf(viewer, 'DECLINED', reason), await personOf(db, viewer));
}

export function decisionOf(viewer: Viewer, status: Decision['status'], reason: string): Decision {
  return { status, decidedBy: viewer.userId, decidedAt: currentTime(), decisionReason: reason };
}

/** Records an order, or a decision about one, with the person at the identity provider. */
export async function recordOrder(db: Db, viewer: Viewer, act: Act): Promise<void> {
  await recordAct(db, viewer, { ...act, person: await personOf(db, viewer) });
}

/** What entries of the audit trail about an approval have in their details. */
export function approvalDetails({ id, requestedBy }: Pick<ApprovalRow, 'id' | 'requestedBy'>) {
  return { approval: toNodeId('Approval', id), requestedBy: toNodeId('User', requestedBy) };
}

declare module '../../graphql/context' {
  interface Services {
    /** Whether people sign in at an identity provider. */
    hasIdentityProvider: boolean;
  }
}

/** The end of a sentence that refuses a program where there is an identity provider. */
const A_PERSON =
  'a person must do this: sign in at the identity provider, and repeat it without an API key, or a session made from one.';

/**
 * @throws InputError unless a person decides, in a session: a key may be in the hands of a program. Where people sign in at an
 *   identity provider, only it knows who they are, and a session that was made from a key is refused too
 */
export function refuseProgram({ sessionId, apiKeyId }: Viewer, hasIdentityProvider: boolean): void {
  if (sessionId !== null && (apiKeyId === null || !hasIdentityProvider)) return;
  const message = hasIdentityProvider
    ? `A${A_PERSON.slice(1)}`
    : 'A person must do this: sign in, and repeat it without an API key.';
  throw new InputError([{ field: null, code: 'INVALID', message }]);
}
