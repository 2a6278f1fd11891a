import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { oneOf } from '../sql/columns';

export const ACTOR_KINDS = ['USER', 'SYSTEM'] as const;
export const AUDIT_OUTCOMES = ['DONE', 'DENIED'] as const;

@Entity('audit_entries')
@Index('audit_entries_subject_id_idx', ['subjectId', 'id'])
@Index('audit_entries_actor_id_idx', ['actorId', 'id'])
@Index('audit_entries_action_idx', ['action', 'id'])
@Index('audit_entries_session_id_idx', ['sessionId', 'id'], { where: 'session_id is not null' })
@Index('audit_entries_criteria_idx', { synchronize: false })
@Check('audit_entries_actor_kind_check', oneOf('actor_kind', ACTOR_KINDS))
@Check('audit_entries_outcome_check', oneOf('outcome', AUDIT_OUTCOMES))
@Check(
  'audit_entries_erased_check',
  `(erasure_id is null) = (erased_digests is null)
    and (erasure_id is not null) = (num_nulls(criteria_salt, reason_salt, origin_salt, identity_salt) > 0)
    and (criteria_salt is not null or criteria is null) and (reason_salt is not null or reason is null)
    and (origin_salt is not null or num_nonnulls(remote_address, user_agent) = 0)
    and (identity_salt is not null or num_nonnulls(identity_issuer, identity_subject) = 0)`,
)
export class AuditEntryEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column({ type: 'timestamptz', name: 'at', precision: 3 })
  createdAt: Date;

  @Column('text')
  action: string;

  @Column('uuid', { nullable: true })
  actorId: string | null;

  @Column('text')
  actorKind: (typeof ACTOR_KINDS)[number];

  @Column('uuid', { nullable: true })
  apiKeyId: string | null;

  @Column('uuid', { nullable: true })
  sessionId: string | null;

  @Column('text', { nullable: true })
  subjectType: string | null;

  @Column('uuid', { nullable: true })
  subjectId: string | null;

  @Column('text', { default: 'DONE' })
  outcome: (typeof AUDIT_OUTCOMES)[number];

  @Column('text', { nullable: true })
  reason: string | null;

  /** JSON: values of filters, and names that the caller gave; src/audit/criteria.ts. */
  @Column('text', { nullable: true })
  criteria: string | null;

  @Column('text', { nullable: true })
  details: string | null;

  @Column('text', { nullable: true })
  remoteAddress: string | null;

  @Column('text', { nullable: true })
  userAgent: string | null;

  /** With the subject: the person at the identity provider who ordered or decided an erasure or the release of a hold. */
  @Column('text', { nullable: true })
  identityIssuer: string | null;

  @Column('text', { nullable: true })
  identitySubject: string | null;

  @Column('text', { nullable: true })
  requestId: string | null;

  /** The salt of the details, which are never erased. */
  @Column('bytea', { default: () => 'uuid_send(gen_random_uuid())' })
  contentSalt: Buffer;

  /** The salt of the criteria; null once they were erased. */
  @Column('bytea', { nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  criteriaSalt: Buffer | null;

  /** The salt of the reason; null once it was erased. */
  @Column('bytea', { nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  reasonSalt: Buffer | null;

  /** The salt of address and User-Agent; null once they were erased. */
  @Column('bytea', { nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  originSalt: Buffer | null;

  /** The salt of issuer and subject; null once they were erased. */
  @Column('bytea', { nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  identitySalt: Buffer | null;

  @Column('bytea')
  leafHash: Buffer;

  /** JSON: the digests of what was erased in its record; null: nothing was. */
  @Column('text', { nullable: true })
  erasedDigests: string | null;

  /** The last erasure of a part; null: none. */
  @Column('uuid', { nullable: true })
  erasureId: string | null;
}
