import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { UserEntity } from '../../users/user.entity';
import { WebhookEntity } from '../../webhooks/webhook.entity';
import { MASKED_PARTS, type MaskableRole, type MaskedPart, STRATEGIES, type Strategy } from '../rule';

@Entity('masking_rules')
@Check('masking_rules_part_check', oneOf('part', MASKED_PARTS))
@Check('masking_rules_strategy_check', oneOf('strategy', STRATEGIES))
export class MaskingRuleEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'masking_rules_pkey' })
  id: string;

  @Column('text', { array: true })
  roles: MaskableRole[];

  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Column('uuid', { name: 'webhook_id', nullable: true })
  webhookId: string | null;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'masking_rules_webhook_id_fkey' })
  webhook: WebhookEntity | null;

  @Column('text')
  part: MaskedPart;

  @Column('text')
  path: string;

  @Column('text')
  strategy: Strategy;

  @Column('uuid', { name: 'created_by' })
  createdBy: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'created_by', foreignKeyConstraintName: 'masking_rules_created_by_fkey' })
  creator: UserEntity;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;
}
