import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
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
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  status: ReplayStatus;

  /** The DeliveryWhere as JSON; null: a replay of one delivery. */
  @Column('text', { nullable: true })
  condition: string | null;

  @Column('uuid', { nullable: true })
  deliveryId: string | null;

  @Column('text')
  reason: string;

  /** At most this many deliveries per second. */
  @Column('integer')
  rate: number;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  orderedBy: string;

  /** The approval; null: it needed none. */
  @Column('uuid', { nullable: true })
  approvalId: string | null;

  @Column('uuid')
  lastDeliveryId: string;

  /** The last delivery that was processed. */
  @Column('uuid', { nullable: true })
  cursor: string | null;

  @Column('integer')
  deliveryCount: number;

  /** Whether it has deliveries of webhooks that receive the audit trail. */
  @Column('boolean', { default: false })
  ofAuditReceiver: boolean;

  @Column('integer')
  replayed: number;

  @Column('integer')
  skipped: number;

  /** Where it was ordered in a trace, as `traceparentOf` keeps it; null: in none. */
  @Column('text', { nullable: true })
  traceparent: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  nextStepAt: Date;

  @Column('text', { nullable: true })
  error: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  startedAt: Date | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  finishedAt: Date | null;

  /** Its condition and reason were erased. */
  @Column('uuid', { nullable: true })
  erasureId: string | null;
}
