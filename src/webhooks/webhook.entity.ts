import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
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
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  direction: Direction;

  @Column('text')
  status: WebhookStatus;

  @Column('text', { nullable: true })
  statusReason: string | null;

  @Column('text', { nullable: true })
  url: string | null;

  @Column('text', { nullable: true })
  documentType: string | null;

  @Column('text', { array: true })
  events: string[];

  @Column('integer', { array: true, nullable: true })
  retrySchedule: number[] | null;

  @Column('integer')
  timeoutMs: number;

  /** A CEL expression; null: every event that matches. */
  @Column('text', { nullable: true })
  condition: string | null;

  @Column('text', { default: 'POST' })
  method: Method;

  /** JSON array of [name, Liquid template]. */
  @Column('text', { default: '[]' })
  headers: string;

  @Column('text', { default: 'STANDARD' })
  bodyFormat: BodyFormat;

  /** JSON: a Liquid template; null: made from `fields`. */
  @Column('text', { nullable: true })
  body: string | null;

  /** JSON array of [key, fieldname]. */
  @Column('text', { nullable: true })
  fields: string | null;

  /** Names of the headers of a received call that are forwarded; `*`: all that are allowed. */
  @Column('text', { array: true, default: [] })
  passHeaders: string[];

  @Column('text', { array: true, default: ['V1'] })
  signatures: SignatureScheme[];

  /** The maximum number of requests in any window of `rateLimitSeconds`. */
  @Column('integer', { nullable: true })
  rateLimit: number | null;

  @Column('integer', { nullable: true })
  rateLimitSeconds: number | null;

  @Column('integer', { nullable: true })
  maxConcurrency: number | null;

  @Column('text', { nullable: true })
  ordering: Ordering | null;

  @Column('integer', { nullable: true })
  dedupeSeconds: number | null;

  /** Allowed by a SYSTEM_MANAGER. */
  @Column('boolean', { default: false })
  receiveAuditEvents: boolean;

  /** Requests carry the newest head of the evidence log. */
  @Column('boolean', { default: false })
  sendEvidenceHead: boolean;

  /** Requests carry where they belong in a trace. */
  @Column('boolean', { default: false })
  sendTraceparent: boolean;

  @Column('boolean', { default: false })
  supportMayReveal: boolean;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  ownerId: string;

  /** The version of the settings; 1 for a new webhook. */
  @Column('integer', { default: 1 })
  version: number;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  statusChangedBy: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  statusChangedAt: Date | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  updatedAt: Date;

  /** The transaction that inserted or last updated the row. A trigger sets it. */
  @Column('bigint')
  changedIn: string;
}
