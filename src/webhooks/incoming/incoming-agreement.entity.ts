import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { UserEntity } from '../../users/user.entity';
import type { ProviderName } from '../../verification/provider-name';
import { WebhookEntity } from '../webhook.entity';

export const CALL_OUTCOMES = ['BUSINESS_EVENT', 'FORWARD', 'RECORD'] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** The settings that only INCOMING webhooks have. */
@Entity('incoming_agreements')
@Check('incoming_agreements_becomes_check', oneOf('becomes', CALL_OUTCOMES))
export class IncomingAgreementEntity {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'incoming_agreements_pkey' })
  webhookId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'incoming_agreements_webhook_id_fkey' })
  webhook: WebhookEntity;

  @Column('text')
  provider: ProviderName;

  @Column('text')
  settings: string;

  @Column('integer', { name: 'tolerance_seconds' })
  toleranceSeconds: number;

  @Column('text', { name: 'event_location', nullable: true })
  eventLocation: string | null;

  @Column('text', { name: 'id_location', nullable: true })
  idLocation: string | null;

  @Column('text', { name: 'reference_location', nullable: true })
  referenceLocation: string | null;

  @Column('text')
  becomes: CallOutcome;

  @Column('uuid', { name: 'forward_to', array: true })
  forwardTo: string[];

  @Column('integer', { name: 'answer_status' })
  answerStatus: number;

  @Column('text', { name: 'answer_body', nullable: true })
  answerBody: string | null;

  @Column('text', { name: 'answer_type', nullable: true })
  answerType: string | null;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'incoming_agreements_user_id_fkey' })
  user: UserEntity;

  @Column('integer')
  version: number;
}
