import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';

/** ROWS: requests, deliveries, events and decisions. PAYLOADS: bodies, which rows of later months may need. */
export const MONTH_PARTS = ['ROWS', 'PAYLOADS'] as const;
export type MonthPart = (typeof MONTH_PARTS)[number];

/** Why a month stays, as the functions that drop months say. ORDERED: its order is written, and not sealed yet. */
const OBSTACLES = [
  'LIMIT',
  'UNRECORDED',
  'PENDING',
  'HOLD',
  'MINIMUM',
  'UNSEALED',
  'INCOMPLETE',
  'ROWS',
  'NEEDED',
  'ORDERED',
  'TAKEN_BACK',
] as const;
export type Obstacle = (typeof OBSTACLES)[number];

/** IN_USE: others have had locks on its tables, or another process drops a month. FAILED: the database has refused it. */
export const KEPT_BECAUSE = [...OBSTACLES, 'IN_USE', 'FAILED'] as const;
export type KeptBecause = (typeof KEPT_BECAUSE)[number];

/** A month that has passed the limit, and is still there. */
@Entity('kept_months')
@Check('kept_months_what_check', oneOf('what', MONTH_PARTS))
@Check('kept_months_error_check', "(error is not null) = (because = 'FAILED')")
export class KeptMonthEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'kept_months_pkey' })
  what: MonthPart;

  /** The first day of the month, in ISO 8601. */
  @PrimaryColumn('date', { primaryKeyConstraintName: 'kept_months_pkey' })
  month: string;

  @Column('text')
  because: KeptBecause;

  /** FAILED: the error of the database. */
  @Column('text', { nullable: true })
  error: string | null;

  /** Since when it stays for this reason. */
  @Column({ type: 'timestamptz', precision: 3 })
  since: Date;
}
