import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { oneOf } from '../sql/columns';
import { UserEntity } from '../users/user.entity';

export const REPLAY_STATUSES = ['PENDING', 'RUNNING', 'PAUSED', 'QUEUED', 'CANCELLED', 'FAILED'] as const;
export type ReplayStatus = (typeof REPLAY_STATUSES)[number];

/** A request to send deliveries again. */
@Entity('replays')
@Index('replays_open_idx', ['nextStepAt'], { where: `status in ('PENDING', 'RUNNING')` })
@Check('replays_status_check', oneOf('status', REPLAY_STATUSES))
@Check('replays_finished_check', `(finished_at is null) = (status in ('PENDING', 'RUNNING', 'PAUSED'))`)
export class ReplayEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'replays_pkey' })
  id: string;

  @Column('text')
  status: ReplayStatus;

  @Column('text', { nullable: true })
  condition: string | null;

  @Column('uuid', { name: 'delivery_id', nullable: true })
  deliveryId: string | null;

  @Column('text')
  reason: string;

  @Column('integer')
  rate: number;

  @Column('uuid', { name: 'ordered_by' })
  orderedBy: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'ordered_by', foreignKeyConstraintName: 'replays_ordered_by_fkey' })
  orderer: UserEntity;

  @Column('uuid', { name: 'approval_id', nullable: true })
  approvalId: string | null;

  @Column('uuid', { name: 'last_delivery_id' })
  lastDeliveryId: string;

  @Column('uuid', { nullable: true })
  cursor: string | null;

  @Column('integer', { name: 'delivery_count' })
  deliveryCount: number;

  @Column('boolean', { name: 'of_audit_receiver', default: false })
  ofAuditReceiver: boolean;

  @Column('integer')
  replayed: number;

  @Column('integer')
  skipped: number;

  @Column({ type: 'timestamptz', name: 'next_step_at', precision: 3 })
  nextStepAt: Date;

  @Column('text', { nullable: true })
  error: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3, nullable: true })
  startedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'finished_at', precision: 3, nullable: true })
  finishedAt: Date | null;

  /** Its condition and reason were erased. */
  @Column('uuid', { name: 'erasure_id', nullable: true })
  erasureId: string | null;
}
