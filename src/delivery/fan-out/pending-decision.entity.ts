import { Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { WebhookEntity } from '../../webhooks/webhook.entity';

/** An event and a webhook that it matches: whether a delivery is sent, and its request, are not decided yet. */
@Entity('pending_decisions')
export class PendingDecisionEntity {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'pending_decisions_pkey' })
  webhookId: string;

  @PrimaryColumn('uuid', { name: 'business_event_id', primaryKeyConstraintName: 'pending_decisions_pkey' })
  businessEventId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'pending_decisions_webhook_id_fkey' })
  webhook: WebhookEntity;
}
