import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { byIds, listing, type RowOf } from '../../sql/listing';
import { ApprovalEntity, type ApprovalKind } from './approval.entity';

/** Without the persons at the identity provider, whom the database compares. */
export const APPROVALS = listing(ApprovalEntity, [
  'requesterIssuer',
  'requesterSubject',
  'requesterSince',
  'announced',
  'deciderIssuer',
  'deciderSubject',
]);
export type ApprovalRow = RowOf<typeof APPROVALS>;
export const approvalsById = byIds(APPROVALS);

/** A person at an identity provider. */
export interface Person {
  issuer: string;
  subject: string;
}

export type NewApproval = Pick<ApprovalRow, 'id' | 'kind' | 'reason' | 'requestedBy' | 'createdAt'> &
  Partial<Pick<ApprovalRow, 'deliveryId' | 'erasureId' | 'legalHoldId' | 'expiresAt' | 'lastReplayId'>>;

/** @param person in whose session at the identity provider it is requested; null: another session, or a key */
export async function insertApproval(db: Db, approval: NewApproval, person: Person | null): Promise<ApprovalRow> {
  const { id, kind, reason, requestedBy, createdAt } = approval;
  const { deliveryId = null, erasureId = null, legalHoldId = null, expiresAt = null, lastReplayId = null } = approval;
  const [inserted] = await rowsOf<ApprovalRow>(
    db,
    statement(`insert into approvals (id, kind, status, delivery_id, erasure_id, legal_hold_id, reason, requested_by,
        created_at, expires_at, last_replay_id, requester_issuer, requester_subject)
      values ($1, $2, 'WAITING', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning ${APPROVALS.columns}`),
    [
      id,
      kind,
      deliveryId,
      erasureId,
      legalHoldId,
      reason,
      requestedBy,
      createdAt,
      expiresAt,
      lastReplayId,
      person?.issuer ?? null,
      person?.subject ?? null,
    ],
  );
  return inserted as ApprovalRow;
}

/** Locks the row: of two decisions at once, the second one sees the first. */
export async function findApprovalForUpdate(db: Db, id: string): Promise<ApprovalRow | null> {
  return rowOf(db, statement(`select ${APPROVALS.columns} from approvals where id = $1 for update`), [id]);
}

/** The one about this delivery or this hold that is WAITING. */
export async function waitingApproval(db: Db, subjectId: string): Promise<ApprovalRow | null> {
  const sql = `select ${APPROVALS.columns} from approvals where status = 'WAITING' and (delivery_id = $1 or legal_hold_id = $1)`;
  return rowOf(db, statement(sql), [subjectId]);
}

export interface Decision {
  status: 'APPROVED' | 'DECLINED';
  /** null: it takes effect because its time has come. */
  decidedBy: string | null;
  decidedAt: Date;
  decisionReason: string | null;
  replayId?: string;
}

/** @param person in whose session at the identity provider it is decided; null: another session, a key, or no one */
export async function decideApproval(
  db: Db,
  id: string,
  { status, decidedBy, decidedAt, decisionReason, replayId }: Decision,
  person: Person | null,
): Promise<ApprovalRow> {
  const [decided] = await rowsOf<ApprovalRow>(
    db,
    statement(`update approvals set status = $2, decided_by = $3, decided_at = $4, decision_reason = $5, replay_id = $6,
        decider_issuer = $7, decider_subject = $8
      where id = $1 returning ${APPROVALS.columns}`),
    [
      id,
      status,
      decidedBy,
      decidedAt,
      decisionReason,
      replayId ?? null,
      person?.issuer ?? null,
      person?.subject ?? null,
    ],
  );
  return decided as ApprovalRow;
}

/** @param deliveryId of this one alone; null: of all deliveries */
export async function expireApprovals(db: Db, now: Date, deliveryId: string | null): Promise<number> {
  const sql = `update approvals set status = 'EXPIRED'
    where status = 'WAITING' and expires_at <= $1 and ($2::uuid is null or delivery_id = $2)`;
  return changedBy(db, statement(sql), [now, deliveryId]);
}

/** Who can be a second person. */
export interface ApprovalRules {
  /** OIDC_ISSUER without a slash at its end; null: there is no identity provider. */
  issuer: string | null;
  waitHours: number;
}

/** null: this database was prepared without them. */
export async function approvalRules(db: Db): Promise<ApprovalRules | null> {
  return rowOf(db, statement('select issuer, wait_hours as "waitHours" from approval_rules'));
}

/** The users who can approve it now: see migrations/13-approvals.sql. */
export async function secondPersonsOf(db: Db, approvalId: string): Promise<string[]> {
  const sql = 'select second_persons(a) as id from approvals a where a.id = $1';
  return (await rowsOf<{ id: string }>(db, statement(sql), [approvalId])).map(({ id }) => id);
}

/** Whether they have requested or decided an erasure or the release of a hold. */
export async function hasOrderedOrDecided(db: Db, userId: string): Promise<boolean> {
  const sql = `select has_ordered_or_decided($1, 'infinity') as has`;
  return (await rowOf<{ has: boolean }>(db, statement(sql), [userId]))?.has ?? false;
}

/** Whether there is one that SYSTEM_MANAGERs do not know of yet, or that takes effect without a second person. */
export async function hasDueApprovals(db: Db): Promise<boolean> {
  const sql = `select from approvals where status = 'WAITING' and kind <> 'REPLAY'
    and (not announced or takes_effect_at <= clock_timestamp()) limit 1`;
  return (await rowOf(db, statement(sql))) !== null;
}

/** The first approval that takes effect without a second person. Locks it; another process takes the next one. */
export async function takeDueApproval(db: Db): Promise<ApprovalRow | null> {
  const sql = `select ${APPROVALS.columns} from approvals where status = 'WAITING' and takes_effect_at <= clock_timestamp()
    order by takes_effect_at limit 1 for update skip locked`;
  return rowOf(db, statement(sql));
}

export interface Waiting extends Pick<ApprovalRow, 'id' | 'kind' | 'createdAt' | 'takesEffectAt'> {
  kind: Exclude<ApprovalKind, 'REPLAY'>;
  requestedByName: string;
}

/** Those of which SYSTEM_MANAGERs do not know yet: no other process takes them. */
export async function takeUnannounced(db: Db): Promise<Waiting[]> {
  return rowsOf(
    db,
    statement(`update approvals a set announced = true from users u
      where u.id = a.requested_by and a.id in (select id from approvals
        where status = 'WAITING' and kind <> 'REPLAY' and not announced order by id limit 100 for update skip locked)
      returning a.id, a.kind, a.created_at as "createdAt", a.takes_effect_at as "takesEffectAt", u.name as "requestedByName"`),
  );
}
