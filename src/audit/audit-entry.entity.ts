import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { oneOf } from '../sql/columns';

export const ACTOR_KINDS = ['USER', 'SYSTEM'] as const;
export const AUDIT_OUTCOMES = ['DONE', 'DENIED'] as const;

@Entity('audit_entries')
@Index('audit_entries_subject_id_idx', ['subjectId', 'id'])
@Index('audit_entries_actor_id_idx', ['actorId', 'id'])
@Index('audit_entries_action_idx', ['action', 'id'])
@Index('audit_entries_session_id_idx', ['sessionId', 'id'], { where: 'session_id is not null' })
@Index('audit_entries_names_idx', { synchronize: false })
@Check('audit_entries_actor_kind_check', oneOf('actor_kind', ACTOR_KINDS))
@Check('audit_entries_outcome_check', oneOf('outcome', AUDIT_OUTCOMES))
@Check(
  'audit_entries_erased_check',
  '(content_salt is null) = (erasure_id is not null) and (content_salt is null) = (erased_digests is not null)',
)
export class AuditEntryEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_entries_pkey' })
  id: string;

  @Column({ type: 'timestamptz', precision: 3 })
  at: Date;

  @Column('text')
  action: string;

  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId: string | null;

  @Column('text', { name: 'actor_kind' })
  actorKind: (typeof ACTOR_KINDS)[number];

  @Column('uuid', { name: 'api_key_id', nullable: true })
  apiKeyId: string | null;

  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId: string | null;

  @Column('text', { name: 'subject_type', nullable: true })
  subjectType: string | null;

  @Column('uuid', { name: 'subject_id', nullable: true })
  subjectId: string | null;

  @Column('text', { default: 'DONE' })
  outcome: (typeof AUDIT_OUTCOMES)[number];

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text', { nullable: true })
  details: string | null;

  @Column('text', { name: 'remote_address', nullable: true })
  remoteAddress: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;

  @Column('text', { name: 'request_id', nullable: true })
  requestId: string | null;

  /** The salt of its digests; null once its content was erased. */
  @Column('bytea', { name: 'content_salt', nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  contentSalt: Buffer | null;

  @Column('bytea', { name: 'leaf_hash' })
  leafHash: Buffer;

  /** Once its content was erased: the digests of the content in its record. */
  @Column('text', { name: 'erased_digests', nullable: true })
  erasedDigests: string | null;

  /** The erasure of its content; null: none. */
  @Column('uuid', { name: 'erasure_id', nullable: true })
  erasureId: string | null;
}
