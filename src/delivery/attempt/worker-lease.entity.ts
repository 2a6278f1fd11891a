import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A worker's claim on attempts that it makes: when it expires, another worker takes them over. */
@Entity('worker_leases')
export class WorkerLeaseEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'worker_leases_pkey' })
  id: string;

  @Column('uuid', { name: 'oldest_delivery_id' })
  oldestDeliveryId: string;

  /** null: the deliveries since the oldest one that name this lease. */
  @Column('uuid', { name: 'delivery_ids', array: true, nullable: true })
  deliveryIds: string[] | null;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt: Date;
}
