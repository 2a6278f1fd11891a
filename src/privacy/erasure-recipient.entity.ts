import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { WebhookEntity } from '../webhooks/webhook.entity';
import { ErasureEntity } from './erasure.entity';

/** A partner that had received what an order has erased. */
@Entity('erasure_recipients')
export class ErasureRecipientEntity {
  @PrimaryColumn('uuid', { name: 'erasure_id', primaryKeyConstraintName: 'erasure_recipients_pkey' })
  erasureId: string;

  @ManyToOne(() => ErasureEntity)
  @JoinColumn({ name: 'erasure_id', foreignKeyConstraintName: 'erasure_recipients_erasure_id_fkey' })
  erasure: ErasureEntity;

  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'erasure_recipients_pkey' })
  webhookId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'erasure_recipients_webhook_id_fkey' })
  webhook: WebhookEntity;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'erasure_recipients_pkey' })
  host: string;

  @Column({ type: 'timestamptz', name: 'first_at', precision: 3 })
  firstAt: Date;

  @Column({ type: 'timestamptz', name: 'last_at', precision: 3 })
  lastAt: Date;

  @Column('integer')
  requests: number;
}
