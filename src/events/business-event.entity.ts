import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../users/user.entity';

@Entity('business_events')
@Index('business_events_reference_idx', { synchronize: false })
@Index('business_events_user_id_idx', ['userId', 'id'])
@Index('business_events_caused_by_idx', ['causedBy', 'id'], { where: 'caused_by is not null' })
@Index('business_events_trace_id_idx', ['traceId', 'id'], { where: 'trace_id is not null' })
@Check(
  'business_events_erased_check',
  '(content_salt is null) = (erasure_id is not null) and (content_salt is null) = (erased_digests is not null)',
)
export class BusinessEventEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  documentType: string;

  @Column('text')
  event: string;

  @Column('text')
  referenceDocument: string;

  @Column('uuid')
  payloadId: string;

  /** Whether the payload is the event with its data, as webhooks get it by default (see envelope.ts); else it is the data alone. */
  @Column('boolean', { default: false })
  enveloped: boolean;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  userId: string;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  publishedBy: string;

  /** The API key of the publisher; null: SQL, a received call, or Hookledger itself published it. */
  @Column('uuid', { nullable: true })
  apiKeyId: string | null;

  /** The browser session of the publisher. */
  @Column('uuid', { nullable: true })
  sessionId: string | null;

  /** The IP address of the publisher. */
  @Column('text', { nullable: true })
  remoteAddress: string | null;

  @Column('text', { nullable: true })
  idempotencyKey: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  fannedOutAt: Date | null;

  @Column('integer', { nullable: true })
  wantedBy: number | null;

  /** The delivery that caused the event. */
  @Column('uuid', { nullable: true })
  causedBy: string | null;

  /** The webhooks whose deliveries led to the event, oldest first, at most 16. */
  @Column('uuid', { array: true, default: [] })
  causePath: string[];

  /** Of `traceparent`. */
  @Column('text', { nullable: true })
  traceId: string | null;

  /** Where it was published in a trace, as `traceparentOf` keeps it; null: in none. */
  @Column('text', { nullable: true })
  traceparent: string | null;

  /** The received call that the event was made from. */
  @Column('uuid', { nullable: true })
  requestId: string | null;

  /** The only webhooks that the event is delivered to; null: all that match. */
  @Column('uuid', { array: true, nullable: true })
  directedTo: string[] | null;

  /** The salt of its digests; null once its content was erased. */
  @Column('bytea', { nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  contentSalt: Buffer | null;

  /** The digest of its payload. */
  @Column('bytea')
  bodyDigest: Buffer;

  @Column('bytea')
  leafHash: Buffer;

  /** Once its content was erased: the digests of the content in its record. */
  @Column('text', { nullable: true })
  erasedDigests: string | null;

  /** The erasure of its content; null: none. */
  @Column('uuid', { nullable: true })
  erasureId: string | null;
}
