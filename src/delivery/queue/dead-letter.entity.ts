import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** JOB: a delivery whose attempt cannot be begun; EVENT: one that cannot be fanned out; DECISION: a pending decision. */
export type DeadLetterKind = 'JOB' | 'EVENT' | 'DECISION';

/** Work that cannot be done because something in the database is wrong with it. It is in no queue until it is tried again. */
@Entity('dead_letters')
@Check(
  'dead_letters_kind_check',
  `case kind when 'JOB' then delivery_id is not null when 'EVENT' then business_event_id is not null
    when 'DECISION' then business_event_id is not null and webhook_id is not null else false end`,
)
export class DeadLetterEntity {
  /** Of the job, or of the event; made of both ids of a pending decision. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'dead_letters_pkey' })
  id: string;

  @Column('text')
  kind: DeadLetterKind;

  @Column('uuid', { name: 'delivery_id', nullable: true })
  deliveryId: string | null;

  @Column('uuid', { name: 'business_event_id', nullable: true })
  businessEventId: string | null;

  @Column('uuid', { name: 'webhook_id', nullable: true })
  webhookId: string | null;

  @Column('text')
  error: string;

  @Column('integer')
  failures: number;

  @Column({ type: 'timestamptz', name: 'failed_at', precision: 3 })
  failedAt: Date;

  /** null: it is in its queue again, or was done. */
  @Column({ type: 'timestamptz', name: 'retry_at', precision: 3, nullable: true })
  retryAt: Date | null;
}
