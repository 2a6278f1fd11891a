import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { UserEntity } from '../../users/user.entity';
import { WebhookEntity } from '../../webhooks/webhook.entity';
import { MASKED_PARTS, type MaskableRole, type MaskedPart, STRATEGIES, type Strategy } from '../rule';

@Entity('masking_rules')
@Check('masking_rules_part_check', oneOf('part', MASKED_PARTS))
@Check('masking_rules_strategy_check', oneOf('strategy', STRATEGIES))
export class MaskingRuleEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text', { array: true })
  roles: MaskableRole[];

  @Column('text', { nullable: true })
  documentType: string | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => WebhookEntity)
  webhookId: string | null;

  @Column('text')
  part: MaskedPart;

  @Column('text')
  path: string;

  @Column('text')
  strategy: Strategy;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  createdBy: string;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;
}
