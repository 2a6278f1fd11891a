import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { UserEntity } from '../../users/user.entity';
import { WebhookEntity } from '../webhook.entity';

/** The settings of a webhook after a change. */
@Entity('webhook_versions')
@Unique('webhook_versions_version_key', ['webhookId', 'version'])
@Index('webhook_versions_webhook_id_idx', ['webhookId', 'id'])
export class WebhookVersionEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  @ForeignKey(() => WebhookEntity)
  webhookId: string;

  @Column('integer')
  version: number;

  /** JSON: RecordedSettings. */
  @Column('text')
  settings: string;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  createdBy: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;
}
