import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
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
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'approvals_pkey' })
  id: string;

  @Column('text')
  kind: ApprovalKind;

  @Column('text')
  status: ApprovalStatus;

  @Column('uuid', { name: 'delivery_id', nullable: true })
  deliveryId: string | null;

  @Column('uuid', { name: 'erasure_id', nullable: true })
  erasureId: string | null;

  @Column('uuid', { name: 'legal_hold_id', nullable: true })
  legalHoldId: string | null;

  @Column('text')
  reason: string;

  @Column('uuid', { name: 'requested_by' })
  requestedBy: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'requested_by', foreignKeyConstraintName: 'approvals_requested_by_fkey' })
  requester: UserEntity;

  @Column('text', { name: 'requester_issuer', nullable: true })
  requesterIssuer: string | null;

  @Column('text', { name: 'requester_subject', nullable: true })
  requesterSubject: string | null;

  @Column({ type: 'timestamptz', name: 'requester_since', precision: 3, nullable: true })
  requesterSince: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'takes_effect_at', precision: 3, nullable: true })
  takesEffectAt: Date | null;

  /** Whether SYSTEM_MANAGERs got events about it, with this `takesEffectAt`. */
  @Column('boolean', { default: false })
  announced: boolean;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt: Date | null;

  @Column('uuid', { name: 'decided_by', nullable: true })
  decidedBy: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'decided_by', foreignKeyConstraintName: 'approvals_decided_by_fkey' })
  decider: UserEntity | null;

  @Column('text', { name: 'decider_issuer', nullable: true })
  deciderIssuer: string | null;

  @Column('text', { name: 'decider_subject', nullable: true })
  deciderSubject: string | null;

  @Column({ type: 'timestamptz', name: 'decided_at', precision: 3, nullable: true })
  decidedAt: Date | null;

  @Column('text', { name: 'decision_reason', nullable: true })
  decisionReason: string | null;

  @Column('uuid', { name: 'last_replay_id', nullable: true })
  lastReplayId: string | null;

  @Column('uuid', { name: 'replay_id', nullable: true })
  replayId: string | null;
}
