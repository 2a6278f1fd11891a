import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { oneOf } from '../../sql/columns';

export const SUBJECT_TYPES = ['User', 'Webhook'] as const;
/** What has names. */
export type SubjectType = (typeof SUBJECT_TYPES)[number];

/** A name that a user or a webhook had. Triggers of both tables insert it. */
@Entity('names')
@Unique('names_number_key', ['subjectId', 'number'])
@Check('names_subject_type_check', oneOf('subject_type', SUBJECT_TYPES))
@Check(
  'names_erased_check',
  '(content_salt is null) = (erasure_id is not null) and (content_salt is null) = (erased_digests is not null)',
)
export class NameEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'names_pkey' })
  id: string;

  @Column('text', { name: 'subject_type' })
  subjectType: SubjectType;

  /** The user or the webhook. */
  @Column('uuid', { name: 'subject_id' })
  subjectId: string;

  /** 1, 2, 3 and so on of the subject. The largest is the name that it has now. */
  @Column('integer')
  number: number;

  /** When the user or the webhook was given this name. */
  @Column({ type: 'timestamptz', precision: 3 })
  at: Date;

  @Column('text')
  name: string;

  /** Of users only. */
  @Column('text', { name: 'full_name', nullable: true })
  fullName: string | null;

  /** The salt of its digests; null once it was erased. */
  @Column('bytea', { name: 'content_salt', nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  contentSalt: Buffer | null;

  @Column('bytea', { name: 'leaf_hash' })
  leafHash: Buffer;

  /** Once it was erased: the digests of both names in its record. */
  @Column('text', { name: 'erased_digests', nullable: true })
  erasedDigests: string | null;

  /** The erasure; null: none. */
  @Column('uuid', { name: 'erasure_id', nullable: true })
  erasureId: string | null;
}
