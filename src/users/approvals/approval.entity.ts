import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { UserEntity } from '../user.entity';

export const APPROVAL_KINDS = ['REPLAY', 'ERASURE', 'HOLD_RELEASE'] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

export const APPROVAL_STATUSES = ['WAITING', 'APPROVED', 'DECLINED', 'EXPIRED'] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

/** An act that one person requests and another one approves or declines: see migrations/13-approvals.sql. */
@Entity('approvals')
@Index('approvals_delivery_waiting_idx', ['deliveryId'], { unique: true, where: `status = 'WAITING'` })
@Index('approvals_legal_hold_waiting_idx', ['legalHoldId'], { unique: true, where: `status = 'WAITING'` })
@Index('approvals_erasure_id_idx', ['erasureId'], { unique: true })
@Index('approvals_delivery_id_idx', ['deliveryId', 'id'])
@Index('approvals_legal_hold_id_idx', ['legalHoldId', 'id'])
@Index('approvals_status_idx', ['status', 'id'])
@Check('approvals_kind_check', oneOf('kind', APPROVAL_KINDS))
@Check('approvals_status_check', oneOf('status', APPROVAL_STATUSES))
@Check(
  'approvals_subject_check',
  `(kind = 'REPLAY') = (delivery_id is not null)
    and (kind = 'ERASURE') = (erasure_id is not null) and (kind = 'HOLD_RELEASE') = (legal_hold_id is not null)`,
)
@Check(
  'approvals_expires_check',
  `(kind = 'REPLAY') = (expires_at is not null) and (kind = 'REPLAY' or status <> 'EXPIRED')`,
)
@Check('approvals_replay_check', `(replay_id is not null) = (kind = 'REPLAY' and status = 'APPROVED')`)
@Check('approvals_decided_check', `(decided_at is null) = (status in ('WAITING', 'EXPIRED'))`)
@Check(
  'approvals_decider_check',
  `(decided_by is null) = (decided_at is null) or (decided_by is null and kind <> 'REPLAY' and status = 'APPROVED')`,
)
@Check('approvals_second_person_check', `decided_by <> requested_by or (kind <> 'REPLAY' and status = 'DECLINED')`)
export class ApprovalEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: ApprovalKind;

  @Column('text')
  status: ApprovalStatus;

  @Column('uuid', { nullable: true })
  deliveryId: string | null;

  @Column('uuid', { nullable: true })
  erasureId: string | null;

  @Column('uuid', { nullable: true })
  legalHoldId: string | null;

  @Column('text')
  reason: string;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  requestedBy: string;

  @Column('text', { nullable: true })
  requesterIssuer: string | null;

  @Column('text', { nullable: true })
  requesterSubject: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  requesterSince: Date | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  takesEffectAt: Date | null;

  /** Whether SYSTEM_MANAGERs got events about it, with this `takesEffectAt`. */
  @Column('boolean', { default: false })
  announced: boolean;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  expiresAt: Date | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  decidedBy: string | null;

  @Column('text', { nullable: true })
  deciderIssuer: string | null;

  @Column('text', { nullable: true })
  deciderSubject: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  decidedAt: Date | null;

  @Column('text', { nullable: true })
  decisionReason: string | null;

  @Column('uuid', { nullable: true })
  lastReplayId: string | null;

  @Column('uuid', { nullable: true })
  replayId: string | null;
}
