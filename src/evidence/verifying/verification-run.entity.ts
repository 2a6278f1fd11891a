import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { UserEntity } from '../../users/user.entity';

export const RUN_STATUSES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const RUN_DEPTHS = ['TREE', 'ROWS', 'CONTENT'] as const;
export type RunDepth = (typeof RUN_DEPTHS)[number];

/** A verification of the sealed log. */
@Entity('evidence_runs')
@Index('evidence_runs_open_idx', ['id'], { where: `status in ('PENDING', 'RUNNING')` })
@Check('evidence_runs_status_check', oneOf('status', RUN_STATUSES))
@Check('evidence_runs_depth_check', oneOf('depth', RUN_DEPTHS))
@Check('evidence_runs_finished_check', `(finished_at is null) = (status in ('PENDING', 'RUNNING'))`)
export class EvidenceRunEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'evidence_runs_pkey' })
  id: string;

  @Column('text')
  depth: RunDepth;

  /** JSON: which rows are compared. */
  @Column('text')
  scope: string;

  @Column('text')
  status: RunStatus;

  /** The heads that the caller holds. */
  @Column('text', { name: 'known_heads', array: true })
  knownHeads: string[];

  @Column('bigint')
  checked: string;

  /** JSON: the first findings. */
  @Column('text')
  findings: string;

  /** The number of all findings. */
  @Column('bigint', { name: 'finding_count' })
  findingCount: string;

  @Column('text', { nullable: true })
  error: string | null;

  @Column('uuid', { name: 'ordered_by' })
  orderedBy: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'ordered_by', foreignKeyConstraintName: 'evidence_runs_ordered_by_fkey' })
  orderer: UserEntity;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  /** When the process that runs it was last seen. */
  @Column({ type: 'timestamptz', name: 'seen_at', precision: 3, nullable: true })
  seenAt: Date | null;

  @Column({ type: 'timestamptz', name: 'finished_at', precision: 3, nullable: true })
  finishedAt: Date | null;
}
