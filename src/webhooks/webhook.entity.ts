import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { oneOf } from '../sql/columns';
import { UserEntity } from '../users/user.entity';

export const DIRECTIONS = ['OUTGOING', 'INCOMING'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

export const BODY_FORMATS = ['STANDARD', 'JSON', 'FORM', 'ORIGINAL'] as const;
export type BodyFormat = (typeof BODY_FORMATS)[number];

export const SIGNATURE_SCHEMES = ['V1', 'V1A', 'FRAPPE'] as const;
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

export const ORDERINGS = ['HOLD', 'SKIP'] as const;
export type Ordering = (typeof ORDERINGS)[number];

export const WEBHOOK_STATUSES = ['ACTIVE', 'PAUSED', 'DISABLED', 'ARCHIVED'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

@Entity('webhooks')
@Index('webhooks_owner_id_idx', ['ownerId', 'id'])
@Index('webhooks_changed_in_idx', ['changedIn'], { where: `direction = 'OUTGOING'` })
@Index('webhooks_live_idx', ['id'], { where: `status <> 'ARCHIVED'` })
@Index('webhooks_audit_events_idx', ['id'], { where: `receive_audit_events and status <> 'ARCHIVED'` })
@Index('webhooks_document_type_idx', ['documentType'], { where: `direction = 'OUTGOING' and status <> 'ARCHIVED'` })
@Check('webhooks_direction_check', oneOf('direction', DIRECTIONS))
@Check('webhooks_method_check', oneOf('method', METHODS))
@Check('webhooks_body_format_check', oneOf('body_format', BODY_FORMATS))
@Check('webhooks_rate_limit_check', `(rate_limit is null) = (rate_limit_seconds is null)`)
@Check('webhooks_ordering_check', oneOf('ordering', ORDERINGS))
@Check('webhooks_status_check', oneOf('status', WEBHOOK_STATUSES))
export class WebhookEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhooks_pkey' })
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  direction: Direction;

  @Column('text')
  status: WebhookStatus;

  @Column('text', { name: 'status_reason', nullable: true })
  statusReason: string | null;

  @Column('text', { nullable: true })
  url: string | null;

  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Column('text', { array: true })
  events: string[];

  @Column('integer', { name: 'retry_schedule', array: true, nullable: true })
  retrySchedule: number[] | null;

  @Column('integer', { name: 'timeout_ms' })
  timeoutMs: number;

  @Column('text', { nullable: true })
  condition: string | null;

  @Column('text', { default: 'POST' })
  method: Method;

  @Column('text', { default: '[]' })
  headers: string;

  @Column('text', { name: 'body_format', default: 'STANDARD' })
  bodyFormat: BodyFormat;

  @Column('text', { nullable: true })
  body: string | null;

  @Column('text', { nullable: true })
  fields: string | null;

  @Column('text', { name: 'pass_headers', array: true, default: [] })
  passHeaders: string[];

  @Column('text', { array: true, default: ['V1'] })
  signatures: SignatureScheme[];

  @Column('integer', { name: 'rate_limit', nullable: true })
  rateLimit: number | null;

  @Column('integer', { name: 'rate_limit_seconds', nullable: true })
  rateLimitSeconds: number | null;

  @Column('integer', { name: 'max_concurrency', nullable: true })
  maxConcurrency: number | null;

  @Column('text', { nullable: true })
  ordering: Ordering | null;

  @Column('integer', { name: 'dedupe_seconds', nullable: true })
  dedupeSeconds: number | null;

  /** Allowed by a SYSTEM_MANAGER. */
  @Column('boolean', { name: 'receive_audit_events', default: false })
  receiveAuditEvents: boolean;

  /** Requests carry the newest head of the evidence log. */
  @Column('boolean', { name: 'send_evidence_head', default: false })
  sendEvidenceHead: boolean;

  @Column('boolean', { name: 'support_may_reveal', default: false })
  supportMayReveal: boolean;

  @Column('uuid', { name: 'owner_id' })
  ownerId: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'owner_id', foreignKeyConstraintName: 'webhooks_owner_id_fkey' })
  owner: UserEntity;

  @Column('integer', { default: 1 })
  version: number;

  @Column('uuid', { name: 'status_changed_by', nullable: true })
  statusChangedBy: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'status_changed_by', foreignKeyConstraintName: 'webhooks_status_changed_by_fkey' })
  statusChanger: UserEntity | null;

  @Column({ type: 'timestamptz', name: 'status_changed_at', precision: 3, nullable: true })
  statusChangedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 })
  updatedAt: Date;

  /** The transaction that inserted or last updated the row. A trigger sets it. */
  @Column('bigint', { name: 'changed_in' })
  changedIn: string;
}
