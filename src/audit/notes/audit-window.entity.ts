import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A window of time for which there is one entry of the audit trail, or will be; or a batch of counts that was written. */
@Entity('audit_windows')
@Index('audit_windows_ends_at_idx', ['endsAt'])
export class AuditWindowEntity {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'audit_windows_pkey' })
  key: Buffer;

  @Column({ type: 'timestamptz', name: 'ends_at', precision: 3 })
  endsAt: Date;

  @Column('text', { nullable: true })
  denial: string | null;

  @Column('integer', { default: 1 })
  count: number;
}
