import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../users/user.entity';
import { REFUSAL_CODES } from '../verification/claim';
import { type Direction, WebhookEntity } from '../webhooks/webhook.entity';

export const REQUEST_STATUSES = ['PENDING', 'SUCCEEDED', 'FAILED', 'UNKNOWN', 'REFUSED'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

export const REQUEST_ERROR_CODES = [
  'DNS',
  'CONNECT',
  'TLS',
  'TIMEOUT',
  'RESET',
  'BLOCKED_ADDRESS',
  'RESPONSE_TOO_LARGE',
  'HTTP_STATUS',
  'PROCESS_DIED',
  'AUTHENTICATION',
  'PROXY',
  'NOT_SENT',
  ...REFUSAL_CODES,
] as const;
export type RequestErrorCode = (typeof REQUEST_ERROR_CODES)[number];

/**
 * One HTTP request and its response. The row is opened before the call, closed once after it, and never changed again.
 */
@Entity('webhook_request_logs')
@Index('webhook_request_logs_webhook_id_idx', ['webhookId', 'id'])
@Index('webhook_request_logs_user_id_idx', ['userId', 'id'])
@Index('webhook_request_logs_delivery_id_idx', ['deliveryId', 'id'])
@Index('webhook_request_logs_business_event_id_idx', ['businessEventId', 'id'])
@Index('webhook_request_logs_document_type_idx', ['documentType', 'id'])
@Index('webhook_request_logs_reference_idx', { synchronize: false })
@Index('webhook_request_logs_replay_id_idx', ['replayId', 'id'], { where: 'replay_id is not null' })
@Check(
  'webhook_request_logs_status_check',
  `case when finished_at is null then status = 'PENDING' and leaf_hash is null
    else status in ('SUCCEEDED', 'FAILED', 'UNKNOWN', 'REFUSED') and leaf_hash is not null end`,
)
@Check(
  'webhook_request_logs_erased_check',
  '(content_salt is null) = (erasure_id is not null) and (content_salt is null) = (erased_digests is not null)',
)
export class WebhookRequestLogEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_request_logs_pkey' })
  id: string;

  @Column('uuid', { name: 'webhook_id', nullable: true })
  webhookId: string | null;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'webhook_request_logs_webhook_id_fkey' })
  webhook: WebhookEntity | null;

  @Column('text')
  direction: Direction;

  @Column('text')
  status: RequestStatus;

  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Column('text', { nullable: true })
  event: string | null;

  @Column('text', { name: 'reference_document', nullable: true })
  referenceDocument: string | null;

  @Column('uuid', { name: 'business_event_id', nullable: true })
  businessEventId: string | null;

  @Column('uuid', { name: 'delivery_id', nullable: true })
  deliveryId: string | null;

  @Column('uuid', { name: 'user_id', nullable: true })
  userId: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'webhook_request_logs_user_id_fkey' })
  user: UserEntity | null;

  @Column('integer', { name: 'attempt_number' })
  attemptNumber: number;

  @Column('boolean')
  duplicate: boolean;

  @Column('boolean', { default: false })
  test: boolean;

  @Column('uuid', { name: 'replay_id', nullable: true })
  replayId: string | null;

  @Column('text')
  method: string;

  @Column('text')
  url: string;

  @Column('text', { nullable: true })
  headers: string | null;

  @Column('uuid', { name: 'payload_id', nullable: true })
  payloadId: string | null;

  @Column('uuid', { name: 'wire_payload_id', nullable: true })
  wirePayloadId: string | null;

  @Column('uuid', { name: 'secret_id', nullable: true })
  secretId: string | null;

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3 })
  startedAt: Date;

  @Column({ type: 'timestamptz', name: 'finished_at', precision: 3, nullable: true })
  finishedAt: Date | null;

  @Column('integer', { name: 'duration_ms', nullable: true })
  durationMs: number | null;

  @Column('integer', { name: 'response_status', nullable: true })
  responseStatus: number | null;

  @Column('text', { name: 'response_headers', nullable: true })
  responseHeaders: string | null;

  @Column('bytea', { name: 'response_body', nullable: true })
  responseBody: Buffer | null;

  @Column('integer', { name: 'response_bytes', nullable: true })
  responseBytes: number | null;

  @Column('boolean', { name: 'response_truncated', nullable: true })
  responseTruncated: boolean | null;

  @Column('text', { nullable: true })
  error: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode: RequestErrorCode | null;

  @Column('text', { name: 'remote_address', nullable: true })
  remoteAddress: string | null;

  @Column('text', { name: 'trace_id', nullable: true })
  traceId: string | null;

  @Column('integer', { name: 'dns_ms', nullable: true })
  dnsMs: number | null;

  @Column('integer', { name: 'connect_ms', nullable: true })
  connectMs: number | null;

  @Column('integer', { name: 'tls_ms', nullable: true })
  tlsMs: number | null;

  @Column('integer', { name: 'first_byte_ms', nullable: true })
  firstByteMs: number | null;

  /** The salt of its digests; null once its content was erased. */
  @Column('bytea', { name: 'content_salt', nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  contentSalt: Buffer | null;

  /** The digest of the payload of payloadId. */
  @Column('bytea', { name: 'body_digest', nullable: true })
  bodyDigest: Buffer | null;

  /** The digest of the payload of wirePayloadId. */
  @Column('bytea', { name: 'wire_body_digest', nullable: true })
  wireBodyDigest: Buffer | null;

  /** null: the request is open. */
  @Column('bytea', { name: 'leaf_hash', nullable: true })
  leafHash: Buffer | null;

  /** Once its content was erased: the digests of the content in its record. */
  @Column('text', { name: 'erased_digests', nullable: true })
  erasedDigests: string | null;

  /** The erasure of its content; null: none. */
  @Column('uuid', { name: 'erasure_id', nullable: true })
  erasureId: string | null;
}
