import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { oneOf } from '../sql/columns';
import { UserEntity } from '../users/user.entity';
import { WebhookEntity } from '../webhooks/webhook.entity';

export const DELIVERY_STATUSES = ['PENDING', 'RETRYING', 'DELIVERED', 'EXHAUSTED', 'SKIPPED', 'CANCELLED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const SKIP_REASONS = [
  'CONDITION_FALSE',
  'CONDITION_ERROR',
  'TEMPLATE_ERROR',
  'WEBHOOK_DISABLED',
  'DUPLICATE',
  'LOOP',
  'ERASED',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export const WAITS = ['CAPACITY', 'PREDECESSOR'] as const;
export type Wait = (typeof WAITS)[number];

/** The statuses of deliveries that are not finished. */
export const OPEN_STATUSES = ['PENDING', 'RETRYING'] as const satisfies readonly DeliveryStatus[];

/** The statuses of those that are. */
export const FINISHED_STATUSES = [
  'DELIVERED',
  'EXHAUSTED',
  'SKIPPED',
  'CANCELLED',
] as const satisfies readonly DeliveryStatus[];
export type FinishedStatus = (typeof FINISHED_STATUSES)[number];

@Entity('deliveries')
@Index('deliveries_webhook_id_idx', ['webhookId', 'id'])
@Index('deliveries_reference_idx', { synchronize: false })
@Index('deliveries_replay_id_idx', ['replayId', 'id'], { where: 'replay_id is not null' })
@Index('deliveries_skip_reason_idx', ['skipReason', 'id'], { where: 'skip_reason is not null' })
@Check('deliveries_waits_for_check', oneOf('waits_for', WAITS))
@Check(
  'deliveries_status_check',
  `case when finished_at is null then status in ('PENDING', 'RETRYING')
    else status in ('DELIVERED', 'EXHAUSTED', 'SKIPPED', 'CANCELLED') end`,
)
export class DeliveryEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Index('deliveries_business_event_id_idx')
  @Column('uuid')
  businessEventId: string;

  @Column('uuid')
  @ForeignKey(() => WebhookEntity)
  webhookId: string;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  userId: string;

  @Column('text')
  documentType: string;

  @Column('text')
  event: string;

  @Column('text')
  referenceDocument: string;

  @Column('text')
  status: DeliveryStatus;

  @Column('text', { nullable: true })
  skipReason: SkipReason | null;

  @Column('text', { nullable: true })
  skipMessage: string | null;

  @Column('text', { nullable: true })
  method: string | null;

  @Column('text', { nullable: true })
  url: string | null;

  @Column('text', { nullable: true })
  headers: string | null;

  @Column('uuid', { nullable: true })
  payloadId: string | null;

  /** Where its attempts belong in a trace, as `traceparentOf` keeps it; null: in none. */
  @Column('text', { nullable: true })
  traceparent: string | null;

  @Column('integer')
  attempts: number;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  nextAttemptAt: Date | null;

  @Column('boolean')
  held: boolean;

  @Column('text', { nullable: true })
  waitsFor: Wait | null;

  @Column('boolean', { default: false })
  blocks: boolean;

  @Column('boolean', { default: false })
  test: boolean;

  @Column('integer', { default: 0 })
  roundStart: number;

  /** The last replay of the delivery. */
  @Column('uuid', { nullable: true })
  replayId: string | null;

  /** The time of the first success. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  deliveredAt: Date | null;

  /** Whether it was cancelled while an attempt was on the wire. */
  @Column('boolean', { default: false })
  cancelRequested: boolean;

  @Column('uuid', { nullable: true })
  jobId: string | null;

  @Column('uuid', { nullable: true })
  leaseId: string | null;

  @Column('uuid', { nullable: true })
  openRequestId: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  finishedAt: Date | null;

  /** Its url, headers, message and reference were erased. */
  @Column('uuid', { nullable: true })
  erasureId: string | null;
}
