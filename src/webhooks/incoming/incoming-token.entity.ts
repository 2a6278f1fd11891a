import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { WebhookEntity } from '../webhook.entity';

/** An address at which an INCOMING webhook receives calls. */
@Entity('incoming_tokens')
@Unique('incoming_tokens_hash_key', ['hash'])
export class IncomingTokenEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Index('incoming_tokens_webhook_id_idx')
  @Column('uuid')
  @ForeignKey(() => WebhookEntity)
  webhookId: string;

  @Column('bytea')
  hash: Buffer;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  expiresAt: Date | null;
}
