import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The id of an accepted call. Another call with the same id is a duplicate. */
@Entity('incoming_ids')
export class IncomingIdEntity {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'incoming_ids_pkey' })
  webhookId: string;

  @PrimaryColumn('bytea', { name: 'id_hash', primaryKeyConstraintName: 'incoming_ids_pkey' })
  idHash: Buffer;

  @Column('uuid', { name: 'request_id' })
  requestId: string;

  @Column('uuid', { name: 'business_event_id', nullable: true })
  businessEventId: string | null;

  @Index('incoming_ids_created_at_idx')
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;
}
