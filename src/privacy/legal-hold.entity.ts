import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../users/user.entity';
import { WebhookEntity } from '../webhooks/webhook.entity';

/** What may not be erased or dropped. A criterion that is null covers all. */
@Entity('legal_holds')
@Index('legal_holds_in_force_idx', ['id'], { where: 'released_at is null' })
@Check('legal_holds_criteria_check', 'num_nonnulls(webhook_id, document_type, user_id, from_at, to_at) > 0')
@Check('legal_holds_document_check', 'reference_document is null or document_type is not null')
@Check('legal_holds_released_check', '(release_id is null) = (released_at is null)')
export class LegalHoldEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => WebhookEntity)
  webhookId: string | null;

  @Column('text', { nullable: true })
  documentType: string | null;

  @Column('text', { nullable: true })
  referenceDocument: string | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  userId: string | null;

  @Column({ type: 'timestamptz', name: 'from_at', precision: 3, nullable: true })
  from: Date | null;

  @Column({ type: 'timestamptz', name: 'to_at', precision: 3, nullable: true })
  to: Date | null;

  @Column('text')
  reason: string;

  @Column('uuid')
  @ForeignKey(() => UserEntity)
  placedBy: string;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  /** The approval that released it: see migrations/13-approvals.sql. */
  @Column('uuid', { nullable: true })
  releaseId: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  releasedAt: Date | null;
}
