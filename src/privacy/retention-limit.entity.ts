import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../users/user.entity';

/** How long content and rows are kept. */
@Entity('retention_limits')
@Check('retention_limits_days_check', 'content_days between 1 and 36500 and minimum_days between 1 and 36500')
@Check(
  'retention_limits_months_check',
  `row_months is null or (row_months between 2 and 1200 and id = '00000000-0000-0000-0000-000000000000')`,
)
@Check('retention_limits_minimum_reason_check', '(minimum_days is null) = (minimum_reason is null)')
export class RetentionLimitEntity {
  /** The id of the webhook; the nil UUID: all. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('integer', { nullable: true })
  contentDays: number | null;

  @Column('integer', { nullable: true })
  minimumDays: number | null;

  @Column('text', { nullable: true })
  minimumReason: string | null;

  /** Only in the row of all: the months after which a month is dropped as a whole; null: never. */
  @Column('integer', { nullable: true })
  rowMonths: number | null;

  @Column('text')
  reason: string;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  changedBy: string;

  @Column({ type: 'timestamptz', precision: 3 })
  changedAt: Date;
}
