import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../../users/user.entity';

export const EXPORT_FORMATS = ['NDJSON', 'CSV'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A part of the log that a user exports as a file. */
@Entity('exports')
@Check('exports_format_check', `format in ('NDJSON', 'CSV')`)
export class ExportEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'exports_pkey' })
  id: string;

  @Column('text')
  format: ExportFormat;

  @Column('boolean', { name: 'include_content' })
  includeContent: boolean;

  @Column('boolean', { name: 'byte_order_mark' })
  byteOrderMark: boolean;

  @Column('boolean', { name: 'reads_content' })
  readsContent: boolean;

  @Column('text', { nullable: true })
  condition: string | null;

  @Column('uuid', { name: 'ordered_by' })
  orderedBy: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'ordered_by', foreignKeyConstraintName: 'exports_ordered_by_fkey' })
  orderer: UserEntity;

  @Column('uuid', { name: 'last_request_id' })
  lastRequestId: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt: Date;

  @Column('integer')
  downloads: number;

  @Column('bigint', { name: 'rows_sent' })
  rowsSent: number;

  @Column('bigint', { name: 'bytes_sent' })
  bytesSent: number;

  @Column({ type: 'timestamptz', name: 'completed_at', precision: 3, nullable: true })
  completedAt: Date | null;
}
