import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { UserEntity } from '../../users/user.entity';
import type { ProviderName } from '../../verification/provider';
import { WebhookEntity } from '../webhook.entity';

export const CALL_OUTCOMES = ['BUSINESS_EVENT', 'FORWARD', 'RECORD'] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** The settings that only INCOMING webhooks have. */
@Entity('incoming_agreements')
@Check('incoming_agreements_becomes_check', oneOf('becomes', CALL_OUTCOMES))
export class IncomingAgreementEntity {
  @PrimaryColumn('uuid')
  @ForeignKey(() => WebhookEntity)
  webhookId: string;

  @Column('text')
  provider: ProviderName;

  /** JSON: the given fields of VerificationSettings. */
  @Column('text')
  settings: string;

  @Column('integer')
  toleranceSeconds: number;

  /** JSON [from, name]; null: the location that the provider uses. */
  @Column('text', { nullable: true })
  eventLocation: string | null;

  @Column('text', { nullable: true })
  idLocation: string | null;

  @Column('text', { nullable: true })
  referenceLocation: string | null;

  @Column('text')
  becomes: CallOutcome;

  @Column('uuid', { array: true })
  forwardTo: string[];

  @Column('integer')
  answerStatus: number;

  @Column('text', { nullable: true })
  answerBody: string | null;

  @Column('text', { nullable: true })
  answerType: string | null;

  /** The user that stands for the partner. */
  @Column('uuid')
  @ForeignKey(() => UserEntity)
  userId: string;

  @Column('integer')
  version: number;
}
