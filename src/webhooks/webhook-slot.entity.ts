import { Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { WebhookEntity } from './webhook.entity';

/** A request on the wire, for a webhook with a `max_concurrency`. */
@Entity('webhook_slots')
export class WebhookSlotEntity {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'webhook_slots_pkey' })
  webhookId: string;

  @PrimaryColumn('uuid', { name: 'request_id', primaryKeyConstraintName: 'webhook_slots_pkey' })
  requestId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'webhook_slots_webhook_id_fkey' })
  webhook: WebhookEntity;
}
