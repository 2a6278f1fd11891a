import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { oneOf } from '../sql/columns';
import type { SkipReason } from './delivery.entity';

const DECIDED_STATUSES = ['EXHAUSTED', 'SKIPPED', 'CANCELLED'] as const;

/** Why a delivery was not sent, or given up. A replayed delivery can be decided about again. */
@Entity('delivery_decisions')
@Index('delivery_decisions_delivery_id_idx', ['deliveryId', 'id'])
@Check('delivery_decisions_status_check', oneOf('status', DECIDED_STATUSES))
@Check(
  'delivery_decisions_erased_check',
  '(content_salt is null) = (erasure_id is not null) and (content_salt is null) = (erased_digests is not null)',
)
export class DeliveryDecisionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'delivery_decisions_pkey' })
  id: string;

  @Column('uuid', { name: 'delivery_id' })
  deliveryId: string;

  @Column('uuid', { name: 'business_event_id' })
  businessEventId: string;

  @Column('uuid', { name: 'webhook_id' })
  webhookId: string;

  @Column('text')
  status: (typeof DECIDED_STATUSES)[number];

  @Column('text', { nullable: true })
  reason: SkipReason | null;

  @Column('text', { nullable: true })
  message: string | null;

  /** The number of attempts made until then. */
  @Column('integer')
  attempts: number;

  /** When the delivery was finished. */
  @Column({ type: 'timestamptz', precision: 3 })
  at: Date;

  /** The salt of its digests; null once its content was erased. */
  @Column('bytea', { name: 'content_salt', nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  contentSalt: Buffer | null;

  @Column('bytea', { name: 'leaf_hash' })
  leafHash: Buffer;

  /** Once its content was erased: the digests of the content in its record. */
  @Column('text', { name: 'erased_digests', nullable: true })
  erasedDigests: string | null;

  /** The erasure of its content; null: none. */
  @Column('uuid', { name: 'erasure_id', nullable: true })
  erasureId: string | null;
}
