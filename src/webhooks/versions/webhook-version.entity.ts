import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { UserEntity } from '../../users/user.entity';
import { WebhookEntity } from '../webhook.entity';

/** The settings of a webhook after a change. */
@Entity('webhook_versions')
@Unique('webhook_versions_version_key', ['webhookId', 'version'])
@Index('webhook_versions_webhook_id_idx', ['webhookId', 'id'])
export class WebhookVersionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_versions_pkey' })
  id: string;

  @Column('uuid', { name: 'webhook_id' })
  webhookId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'webhook_versions_webhook_id_fkey' })
  webhook: WebhookEntity;

  @Column('integer')
  version: number;

  @Column('text')
  settings: string;

  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'created_by', foreignKeyConstraintName: 'webhook_versions_created_by_fkey' })
  creator: UserEntity | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;
}
