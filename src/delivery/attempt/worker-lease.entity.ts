import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What keeps first attempts that have no job: see `worker-leases.ts`. */
@Entity('worker_leases')
export class WorkerLeaseEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'worker_leases_pkey' })
  id: string;

  @Column('uuid', { name: 'oldest_delivery_id' })
  oldestDeliveryId: string;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt: Date;
}
