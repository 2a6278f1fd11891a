import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../users/user.entity';
import { WebhookEntity } from '../webhooks/webhook.entity';

/** What may not be erased or dropped. A criterion that is null covers all. */
@Entity('legal_holds')
@Index('legal_holds_in_force_idx', ['id'], { where: 'released_at is null' })
@Check('legal_holds_criteria_check', 'num_nonnulls(webhook_id, document_type, user_id, from_at, to_at) > 0')
@Check('legal_holds_document_check', 'reference_document is null or document_type is not null')
@Check('legal_holds_released_check', '(release_id is null) = (released_at is null)')
export class LegalHoldEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'legal_holds_pkey' })
  id: string;

  @Column('text')
  name: string;

  @Column('uuid', { name: 'webhook_id', nullable: true })
  webhookId: string | null;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'legal_holds_webhook_id_fkey' })
  webhook: WebhookEntity | null;

  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Column('text', { name: 'reference_document', nullable: true })
  referenceDocument: string | null;

  @Column('uuid', { name: 'user_id', nullable: true })
  userId: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'legal_holds_user_id_fkey' })
  user: UserEntity | null;

  @Column({ type: 'timestamptz', name: 'from_at', precision: 3, nullable: true })
  from: Date | null;

  @Column({ type: 'timestamptz', name: 'to_at', precision: 3, nullable: true })
  to: Date | null;

  @Column('text')
  reason: string;

  @Column('uuid', { name: 'placed_by' })
  placedBy: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'placed_by', foreignKeyConstraintName: 'legal_holds_placed_by_fkey' })
  placer: UserEntity;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  /** The approval that released it: see migrations/13-approvals.sql. */
  @Column('uuid', { name: 'release_id', nullable: true })
  releaseId: string | null;

  @Column({ type: 'timestamptz', name: 'released_at', precision: 3, nullable: true })
  releasedAt: Date | null;
}
