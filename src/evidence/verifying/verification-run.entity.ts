import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
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
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  depth: RunDepth;

  /** JSON of a Scope: which rows are compared. */
  @Column('text')
  scope: string;

  @Column('text')
  status: RunStatus;

  /** The heads that the caller holds. */
  @Column('text', { array: true })
  knownHeads: string[];

  @Column('bigint')
  checked: number;

  /** JSON: the first findings. */
  @Column('text')
  findings: string;

  /** The number of all findings. */
  @Column('bigint')
  findingCount: number;

  @Column('text', { nullable: true })
  error: string | null;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  orderedBy: string;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  /** When the process that runs it was last seen. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  seenAt: Date | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  finishedAt: Date | null;
}
