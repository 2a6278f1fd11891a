import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { UserEntity } from '../../users/user.entity';

export const EXPORT_FORMATS = ['NDJSON', 'CSV'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_KINDS = ['REQUESTS', 'PERSON'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

/** A part of the log, or everything about a person, that a user exports as a file. */
@Entity('exports')
@Check('exports_kind_check', oneOf('kind', EXPORT_KINDS))
@Check('exports_format_check', oneOf('format', EXPORT_FORMATS))
export class ExportEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'exports_pkey' })
  id: string;

  @Column('text')
  kind: ExportKind;

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

  @Column('uuid', { name: 'user_id', nullable: true })
  userId: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'exports_user_id_fkey' })
  user: UserEntity | null;

  /** The events, with their deliveries and requests. */
  @Column('uuid', { name: 'event_ids', array: true, nullable: true })
  eventIds: string[] | null;

  /** Requests without an event. */
  @Column('uuid', { name: 'request_ids', array: true, nullable: true })
  requestIds: string[] | null;
}
