import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Makes a delivery due once. The worker that takes the job deletes it. */
@Entity('delivery_jobs')
export class DeliveryJobEntity {
  @PrimaryColumn({ type: 'timestamptz', name: 'due_at', primaryKeyConstraintName: 'delivery_jobs_pkey' })
  dueAt: Date;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'delivery_jobs_pkey' })
  id: string;

  @Column('uuid', { name: 'delivery_id' })
  deliveryId: string;
}
