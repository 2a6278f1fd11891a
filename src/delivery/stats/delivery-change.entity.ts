import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { DeliveryStatus, SkipReason } from '../delivery.entity';

/**
 * Deliveries that one statement brought to a state, or took out of it. Triggers write it; statistics of deliveries read it.
 */
@Entity('delivery_changes')
@Index('delivery_changes_xid_idx', { synchronize: false })
export class DeliveryChangeEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'delivery_changes_pkey',
  })
  id: string;

  @Column('bigint')
  xid: string;

  @Column('integer')
  minute: number;

  @Column('uuid', { name: 'webhook_id' })
  webhookId: string;

  @Column('text', { name: 'document_type' })
  documentType: string;

  @Column('text')
  status: DeliveryStatus;

  @Column('text', { name: 'skip_reason', nullable: true })
  skipReason: SkipReason | null;

  @Column('integer')
  deliveries: number;

  @Column('integer')
  attempts: number;

  @Column('text', { nullable: true })
  arrivals: string | null;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  at: Date;
}
