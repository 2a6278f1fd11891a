import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
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
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'deliveries_pkey' })
  id: string;

  @Index('deliveries_business_event_id_idx')
  @Column('uuid', { name: 'business_event_id' })
  businessEventId: string;

  @Column('uuid', { name: 'webhook_id' })
  webhookId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'deliveries_webhook_id_fkey' })
  webhook: WebhookEntity;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'deliveries_user_id_fkey' })
  user: UserEntity;

  @Column('text', { name: 'document_type' })
  documentType: string;

  @Column('text')
  event: string;

  @Column('text', { name: 'reference_document' })
  referenceDocument: string;

  @Column('text')
  status: DeliveryStatus;

  @Column('text', { name: 'skip_reason', nullable: true })
  skipReason: SkipReason | null;

  @Column('text', { name: 'skip_message', nullable: true })
  skipMessage: string | null;

  @Column('text', { nullable: true })
  method: string | null;

  @Column('text', { nullable: true })
  url: string | null;

  @Column('text', { nullable: true })
  headers: string | null;

  @Column('uuid', { name: 'payload_id', nullable: true })
  payloadId: string | null;

  @Column('integer')
  attempts: number;

  @Column({ type: 'timestamptz', name: 'next_attempt_at', precision: 3, nullable: true })
  nextAttemptAt: Date | null;

  @Column('boolean')
  held: boolean;

  @Column('text', { name: 'waits_for', nullable: true })
  waitsFor: Wait | null;

  @Column('boolean', { default: false })
  blocks: boolean;

  @Column('boolean', { default: false })
  test: boolean;

  @Column('integer', { name: 'round_start', default: 0 })
  roundStart: number;

  @Column('uuid', { name: 'replay_id', nullable: true })
  replayId: string | null;

  @Column({ type: 'timestamptz', name: 'delivered_at', precision: 3, nullable: true })
  deliveredAt: Date | null;

  @Column('boolean', { name: 'cancel_requested', default: false })
  cancelRequested: boolean;

  @Column('uuid', { name: 'job_id', nullable: true })
  jobId: string | null;

  @Column('uuid', { name: 'lease_id', nullable: true })
  leaseId: string | null;

  @Column('uuid', { name: 'open_request_id', nullable: true })
  openRequestId: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'finished_at', precision: 3, nullable: true })
  finishedAt: Date | null;

  /** Its url, headers, message and reference were erased. */
  @Column('uuid', { name: 'erasure_id', nullable: true })
  erasureId: string | null;
}
