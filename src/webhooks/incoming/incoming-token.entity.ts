import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { WebhookEntity } from '../webhook.entity';

/** An address at which an INCOMING webhook receives calls. */
@Entity('incoming_tokens')
@Unique('incoming_tokens_hash_key', ['hash'])
export class IncomingTokenEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'incoming_tokens_pkey' })
  id: string;

  @Index('incoming_tokens_webhook_id_idx')
  @Column('uuid', { name: 'webhook_id' })
  webhookId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'incoming_tokens_webhook_id_fkey' })
  webhook: WebhookEntity;

  @Column('bytea')
  hash: Buffer;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt: Date | null;
}
