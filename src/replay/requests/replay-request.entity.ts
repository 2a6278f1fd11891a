import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { UserEntity } from '../../users/user.entity';

export const REPLAY_REQUEST_STATUSES = ['WAITING', 'APPROVED', 'DECLINED', 'EXPIRED'] as const;
export type ReplayRequestStatus = (typeof REPLAY_REQUEST_STATUSES)[number];

/** A replay that one person asked for and another decides about. */
@Entity('replay_requests')
@Index('replay_requests_waiting_idx', ['deliveryId'], { unique: true, where: `status = 'WAITING'` })
@Index('replay_requests_delivery_id_idx', ['deliveryId', 'id'])
@Check('replay_requests_status_check', oneOf('status', REPLAY_REQUEST_STATUSES))
@Check('replay_requests_decided_check', `(decided_at is null) = (status in ('WAITING', 'EXPIRED'))`)
@Check('replay_requests_replay_check', `(replay_id is not null) = (status = 'APPROVED')`)
export class ReplayRequestEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'replay_requests_pkey' })
  id: string;

  @Column('text')
  status: ReplayRequestStatus;

  @Column('uuid', { name: 'delivery_id' })
  deliveryId: string;

  @Column('uuid', { name: 'last_replay_id', nullable: true })
  lastReplayId: string | null;

  @Column('text')
  reason: string;

  @Column('uuid', { name: 'requested_by' })
  requestedBy: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'requested_by', foreignKeyConstraintName: 'replay_requests_requested_by_fkey' })
  requester: UserEntity;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt: Date;

  @Column('uuid', { name: 'decided_by', nullable: true })
  decidedBy: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'decided_by', foreignKeyConstraintName: 'replay_requests_decided_by_fkey' })
  decider: UserEntity | null;

  @Column({ type: 'timestamptz', name: 'decided_at', precision: 3, nullable: true })
  decidedAt: Date | null;

  @Column('text', { name: 'decision_reason', nullable: true })
  decisionReason: string | null;

  @Column('uuid', { name: 'replay_id', nullable: true })
  replayId: string | null;
}
