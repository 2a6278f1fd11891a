import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A worker's claim on first attempts, which have no queue job: when it expires, another worker takes them over. */
@Entity('worker_leases')
export class WorkerLeaseEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'worker_leases_pkey' })
  id: string;

  @Column('uuid', { name: 'oldest_delivery_id' })
  oldestDeliveryId: string;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt: Date;
}
