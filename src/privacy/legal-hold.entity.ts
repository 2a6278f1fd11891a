import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../users/user.entity';
import { WebhookEntity } from '../webhooks/webhook.entity';

/** What may not be erased or dropped. A criterion that is null covers all. */
@Entity('legal_holds')
@Index('legal_holds_in_force_idx', ['id'], { where: 'released_at is null' })
@Check('legal_holds_criteria_check', 'num_nonnulls(webhook_id, document_type, user_id, from_at, to_at) > 0')
@Check('legal_holds_document_check', 'reference_document is null or document_type is not null')
@Check(
  'legal_holds_requested_check',
  '(release_requested_by is null) = (release_requested_at is null) and (release_requested_by is null) = (release_reason is null)',
)
@Check('legal_holds_released_check', '(released_by is null) = (released_at is null)')
@Check(
  'legal_holds_second_person_check',
  'released_by is null or (release_requested_by is not null and released_by <> placed_by and released_by <> release_requested_by)',
)
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

  @Column('uuid', { name: 'release_requested_by', nullable: true })
  releaseRequestedBy: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'release_requested_by', foreignKeyConstraintName: 'legal_holds_release_requested_by_fkey' })
  asker: UserEntity | null;

  @Column({ type: 'timestamptz', name: 'release_requested_at', precision: 3, nullable: true })
  releaseRequestedAt: Date | null;

  @Column('text', { name: 'release_reason', nullable: true })
  releaseReason: string | null;

  @Column('uuid', { name: 'released_by', nullable: true })
  releasedBy: string | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'released_by', foreignKeyConstraintName: 'legal_holds_released_by_fkey' })
  releaser: UserEntity | null;

  @Column({ type: 'timestamptz', name: 'released_at', precision: 3, nullable: true })
  releasedAt: Date | null;
}
