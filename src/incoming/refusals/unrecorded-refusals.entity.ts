import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import { WebhookEntity } from '../../webhooks/webhook.entity';

/** The number of calls that were refused in a minute above the rate at which they are recorded. */
@Entity('unrecorded_refusals')
export class UnrecordedRefusalsEntity {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'unrecorded_refusals_pkey' })
  webhookId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'unrecorded_refusals_webhook_id_fkey' })
  webhook: WebhookEntity;

  @PrimaryColumn({ type: 'timestamptz', precision: 3, primaryKeyConstraintName: 'unrecorded_refusals_pkey' })
  minute: Date;

  @PrimaryColumn('text', { name: 'error_code', primaryKeyConstraintName: 'unrecorded_refusals_pkey' })
  errorCode: RequestErrorCode;

  @Column('integer')
  calls: number;
}
