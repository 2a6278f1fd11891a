import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
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
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: ExportKind;

  @Column('text')
  format: ExportFormat;

  @Column('boolean')
  includeContent: boolean;

  @Column('boolean')
  byteOrderMark: boolean;

  /** Whether nothing was masked from its creator. Otherwise URLs are masked and `search` does not include bodies. */
  @Column('boolean')
  readsContent: boolean;

  /** The `where`, as absent-filters.ts writes it; null: all requests. */
  @Column('text', { nullable: true })
  condition: string | null;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  orderedBy: string;

  /** The file has no newer requests. */
  @Column('uuid')
  lastRequestId: string;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  expiresAt: Date;

  /** Downloads that were started. */
  @Column('integer')
  downloads: number;

  @Column('bigint')
  rowsSent: number;

  /** Before compression. */
  @Column('bigint')
  bytesSent: number;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  completedAt: Date | null;

  /** PERSON: the user; null: a person whom events and requests name. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  userId: string | null;

  /** The events, with their deliveries and requests. */
  @Column('uuid', { array: true, nullable: true })
  eventIds: string[] | null;

  /** Requests without an event. */
  @Column('uuid', { array: true, nullable: true })
  requestIds: string[] | null;
}
