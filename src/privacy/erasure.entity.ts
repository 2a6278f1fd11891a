import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { oneOf } from '../sql/columns';
import { UserEntity } from '../users/user.entity';

export const ERASURE_KINDS = ['DOCUMENT', 'PERSON', 'CONTENT', 'RETENTION', 'REPEATED'] as const;
export type ErasureKind = (typeof ERASURE_KINDS)[number];

export const ERASURE_STATUSES = ['REQUESTED', 'ORDERED', 'DEFERRED', 'DONE', 'DECLINED'] as const;
export type ErasureStatus = (typeof ERASURE_STATUSES)[number];

/** An order to erase content, or an erasure of a limit. */
@Entity('erasures')
@Index('erasures_status_idx', ['status', 'id'])
@Index('erasures_open_idx', ['nextStepAt'], { where: 'next_step_at is not null' })
@Check('erasures_kind_check', oneOf('kind', ERASURE_KINDS))
@Check('erasures_status_check', oneOf('status', ERASURE_STATUSES))
@Check('erasures_finished_check', `(finished_at is null) = (status in ('REQUESTED', 'ORDERED', 'DEFERRED'))`)
@Check('erasures_next_step_check', `(next_step_at is null) = (status not in ('ORDERED', 'DEFERRED'))`)
@Check('erasures_own_check', `(ordered_by is null) = (kind in ('RETENTION', 'REPEATED')) or (kind = 'PERSON')`)
@Check('erasures_waiting_check', `approval_id is not null or status not in ('REQUESTED', 'DECLINED')`)
@Check(
  'erasures_alone_check',
  '(row_count <= 100 and other_count = 0) or ordered_by is null or approval_id is not null',
)
export class ErasureEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: ErasureKind;

  @Column('text')
  status: ErasureStatus;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  userId: string | null;

  /** The events, with their deliveries and requests. */
  @Column('uuid', { array: true })
  eventIds: string[];

  /** Requests without an event. */
  @Column('uuid', { array: true })
  requestIds: string[];

  @Column('integer')
  rowCount: number;

  /** What it took of others when it was ordered: reasons in the audit trail, open replays and valid exports. */
  @Column('integer', { default: 0 })
  otherCount: number;

  @Column('text')
  reason: string;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  orderedBy: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  /** See migrations/13-approvals.sql; null: it needs none. */
  @Column('uuid', { nullable: true })
  approvalId: string | null;

  @Column('integer', { default: 0 })
  erasedCount: number;

  @Column('integer', { default: 0 })
  deferredCount: number;

  @Column('text', { nullable: true })
  deferredReason: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  nextStepAt: Date | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  finishedAt: Date | null;
}
