import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
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

/** The statuses of finished requests that did not succeed. */
export const FAILED_STATUSES = ['FAILED', 'UNKNOWN', 'REFUSED'] as const satisfies readonly RequestStatus[];

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
@Index('webhook_request_logs_trace_id_idx', ['traceId', 'id'], { where: 'trace_id is not null' })
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
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => WebhookEntity)
  webhookId: string | null;

  @Column('text')
  direction: Direction;

  @Column('text')
  status: RequestStatus;

  @Column('text', { nullable: true })
  documentType: string | null;

  @Column('text', { nullable: true })
  event: string | null;

  @Column('text', { nullable: true })
  referenceDocument: string | null;

  @Column('uuid', { nullable: true })
  businessEventId: string | null;

  @Column('uuid', { nullable: true })
  deliveryId: string | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  userId: string | null;

  @Column('integer')
  attemptNumber: number;

  @Column('boolean')
  duplicate: boolean;

  @Column('boolean', { default: false })
  test: boolean;

  @Column('uuid', { nullable: true })
  replayId: string | null;

  @Column('text')
  method: string;

  @Column('text')
  url: string;

  @Column('text', { nullable: true })
  headers: string | null;

  @Column('uuid', { nullable: true })
  payloadId: string | null;

  /** INCOMING: the bytes as received, if they had a content encoding. */
  @Column('uuid', { nullable: true })
  wirePayloadId: string | null;

  @Column('uuid', { nullable: true })
  secretId: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  startedAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  finishedAt: Date | null;

  @Column('integer', { nullable: true })
  durationMs: number | null;

  @Column('integer', { nullable: true })
  responseStatus: number | null;

  @Column('text', { nullable: true })
  responseHeaders: string | null;

  @Column('bytea', { nullable: true })
  responseBody: Buffer | null;

  @Column('integer', { nullable: true })
  responseBytes: number | null;

  @Column('boolean', { nullable: true })
  responseTruncated: boolean | null;

  @Column('text', { nullable: true })
  error: string | null;

  @Column('text', { nullable: true })
  errorCode: RequestErrorCode | null;

  @Column('text', { nullable: true })
  remoteAddress: string | null;

  @Column('text', { nullable: true })
  traceId: string | null;

  @Column('integer', { nullable: true })
  dnsMs: number | null;

  @Column('integer', { nullable: true })
  connectMs: number | null;

  @Column('integer', { nullable: true })
  tlsMs: number | null;

  @Column('integer', { nullable: true })
  firstByteMs: number | null;

  /** The salt of its digests; null once its content was erased. */
  @Column('bytea', { nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  contentSalt: Buffer | null;

  /** The digest of the payload of payloadId. */
  @Column('bytea', { nullable: true })
  bodyDigest: Buffer | null;

  /** The digest of the payload of wirePayloadId. */
  @Column('bytea', { nullable: true })
  wireBodyDigest: Buffer | null;

  /** null: the request is open. */
  @Column('bytea', { nullable: true })
  leafHash: Buffer | null;

  /** Once its content was erased: the digests of the content in its record. */
  @Column('text', { nullable: true })
  erasedDigests: string | null;

  /** The erasure of its content; null: none. */
  @Column('uuid', { nullable: true })
  erasureId: string | null;
}
