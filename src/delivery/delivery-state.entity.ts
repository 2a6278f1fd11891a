// Small tables beside the deliveries, by which they are found. The indexes of the deliveries themselves name no column that
// changes, so that an update of a delivery writes no index.
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { DeliveryStatus, Wait } from './delivery.entity';

/** The statuses of deliveries that are not finished. */
export const OPEN_STATUSES = ['PENDING', 'RETRYING'] as const satisfies readonly DeliveryStatus[];

/** The statuses of those that are. */
export const FINISHED_STATUSES = [
  'DELIVERED',
  'EXHAUSTED',
  'SKIPPED',
  'CANCELLED',
] as const satisfies readonly DeliveryStatus[];
export type FinishedStatus = (typeof FINISHED_STATUSES)[number];

@Entity('open_deliveries')
@Index('open_deliveries_webhook_id_idx', ['webhookId', 'status', 'id'])
@Index('open_deliveries_waiting_idx', ['webhookId', 'id'], { where: `waits_for = 'CAPACITY'` })
@Index('open_deliveries_held_idx', ['webhookId', 'id'], { where: 'held' })
@Index('open_deliveries_next_attempt_at_idx', ['nextAttemptAt', 'id'], { where: 'next_attempt_at is not null' })
@Index('open_deliveries_webhook_next_attempt_at_idx', ['webhookId', 'nextAttemptAt', 'id'], {
  where: 'next_attempt_at is not null',
})
export class OpenDeliveryEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'open_deliveries_pkey' })
  status: DeliveryStatus;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'open_deliveries_pkey' })
  id: string;

  @Column('uuid', { name: 'webhook_id' })
  webhookId: string;

  @Column('text', { name: 'document_type' })
  documentType: string;

  @Column('boolean')
  held: boolean;

  @Column('text', { name: 'waits_for', nullable: true })
  waitsFor: Wait | null;

  @Column({ type: 'timestamptz', name: 'next_attempt_at', precision: 3, nullable: true })
  nextAttemptAt: Date | null;
}

@Entity('finished_deliveries')
@Index('finished_deliveries_webhook_id_idx', ['webhookId', 'status', 'id'])
@Index('finished_deliveries_finished_at_idx', ['status', 'finishedAt', 'id'])
@Index('finished_deliveries_webhook_finished_at_idx', ['webhookId', 'status', 'finishedAt', 'id'])
export class FinishedDeliveryEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'finished_deliveries_pkey' })
  status: DeliveryStatus;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'finished_deliveries_pkey' })
  id: string;

  @Column('uuid', { name: 'webhook_id' })
  webhookId: string;

  @Column('text', { name: 'document_type' })
  documentType: string;

  @Column({ type: 'timestamptz', name: 'finished_at', precision: 3 })
  finishedAt: Date;
}

/** A delivery for which later deliveries of its document wait. */
@Entity('blocking_deliveries')
export class BlockingDeliveryEntity {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'blocking_deliveries_pkey' })
  webhookId: string;

  @PrimaryColumn('text', { name: 'document_type', primaryKeyConstraintName: 'blocking_deliveries_pkey' })
  documentType: string;

  @PrimaryColumn('text', { name: 'reference_document', primaryKeyConstraintName: 'blocking_deliveries_pkey' })
  referenceDocument: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'blocking_deliveries_pkey' })
  id: string;
}
