import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../users/user.entity';

@Entity('business_events')
@Index('business_events_reference_idx', { synchronize: false })
@Index('business_events_user_id_idx', ['userId', 'id'])
@Index('business_events_caused_by_idx', ['causedBy', 'id'], { where: 'caused_by is not null' })
@Check(
  'business_events_erased_check',
  '(content_salt is null) = (erasure_id is not null) and (content_salt is null) = (erased_digests is not null)',
)
export class BusinessEventEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'business_events_pkey' })
  id: string;

  @Column('text', { name: 'document_type' })
  documentType: string;

  @Column('text')
  event: string;

  @Column('text', { name: 'reference_document' })
  referenceDocument: string;

  @Column('uuid', { name: 'payload_id' })
  payloadId: string;

  /** Whether the payload is the event with its data, as webhooks get it by default; else it is the data alone. */
  @Column('boolean', { default: false })
  enveloped: boolean;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'business_events_user_id_fkey' })
  user: UserEntity;

  @Column('uuid', { name: 'published_by' })
  publishedBy: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'published_by', foreignKeyConstraintName: 'business_events_published_by_fkey' })
  publisher: UserEntity;

  /** The API key of the publisher; null: SQL, a received call, or Hookledger itself published it. */
  @Column('uuid', { name: 'api_key_id', nullable: true })
  apiKeyId: string | null;

  /** The browser session of the publisher. */
  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId: string | null;

  /** The IP address of the publisher. */
  @Column('text', { name: 'remote_address', nullable: true })
  remoteAddress: string | null;

  @Column('text', { name: 'idempotency_key', nullable: true })
  idempotencyKey: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'fanned_out_at', precision: 3, nullable: true })
  fannedOutAt: Date | null;

  @Column('integer', { name: 'wanted_by', nullable: true })
  wantedBy: number | null;

  @Column('uuid', { name: 'caused_by', nullable: true })
  causedBy: string | null;

  @Column('uuid', { name: 'cause_path', array: true, default: [] })
  causePath: string[];

  @Column('uuid', { name: 'request_id', nullable: true })
  requestId: string | null;

  @Column('uuid', { name: 'directed_to', array: true, nullable: true })
  directedTo: string[] | null;

  /** The salt of its digests; null once its content was erased. */
  @Column('bytea', { name: 'content_salt', nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  contentSalt: Buffer | null;

  /** The digest of its payload. */
  @Column('bytea', { name: 'body_digest' })
  bodyDigest: Buffer;

  @Column('bytea', { name: 'leaf_hash' })
  leafHash: Buffer;

  /** Once its content was erased: the digests of the content in its record. */
  @Column('text', { name: 'erased_digests', nullable: true })
  erasedDigests: string | null;

  /** The erasure of its content; null: none. */
  @Column('uuid', { name: 'erasure_id', nullable: true })
  erasureId: string | null;
}

/** An event that has not been fanned out yet. */
@Entity('outbox')
export class OutboxEntity {
  @PrimaryColumn('uuid', { name: 'event_id', primaryKeyConstraintName: 'outbox_pkey' })
  eventId: string;
}
