import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The event that a publisher published with a key. Kept for 30 days. */
@Entity('idempotency_keys')
export class IdempotencyKeyEntity {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  userId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_keys_pkey' })
  key: string;

  @Column('uuid', { name: 'event_id' })
  eventId: string;

  @Column('bytea', { name: 'content_hash' })
  contentHash: Buffer;

  @Index('idempotency_keys_created_at_idx')
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;
}
