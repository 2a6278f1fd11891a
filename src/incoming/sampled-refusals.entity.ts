import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { RequestErrorCode } from '../request-log/webhook-request-log.entity';
import { WebhookEntity } from '../webhooks/webhook.entity';

/** The number of calls that were refused in a minute above the rate at which they are recorded. */
@Entity('sampled_refusals')
export class SampledRefusalsEntity {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'sampled_refusals_pkey' })
  webhookId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'sampled_refusals_webhook_id_fkey' })
  webhook: WebhookEntity;

  @PrimaryColumn({ type: 'timestamptz', precision: 3, primaryKeyConstraintName: 'sampled_refusals_pkey' })
  minute: Date;

  @PrimaryColumn('text', { name: 'error_code', primaryKeyConstraintName: 'sampled_refusals_pkey' })
  errorCode: RequestErrorCode;

  @Column('integer')
  calls: number;
}
