import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { FOLLOWED_KINDS } from '../../request-log/feed/feed-position.store';

/**
 * JOB: a delivery whose attempt cannot be begun; EVENT: one that cannot be fanned out; DECISION: a pending decision. The others cannot be
 * indexed or counted.
 */
export const DEAD_LETTER_KINDS = ['JOB', 'EVENT', 'DECISION', ...FOLLOWED_KINDS] as const;
export type DeadLetterKind = (typeof DEAD_LETTER_KINDS)[number];

/** Work that cannot be done because something in the database is wrong with it. It is in no queue until it is tried again. */
@Entity('dead_letters')
@Check(
  'dead_letters_kind_check',
  `case kind when 'JOB' then delivery_id is not null when 'EVENT' then business_event_id is not null
    when 'DECISION' then business_event_id is not null and webhook_id is not null
    when 'COUNT_DELIVERIES' then change_id is not null
    else kind in ('INDEX', 'COUNT_OPENED', 'COUNT_CLOSED') and request_id is not null end`,
)
@Unique('dead_letters_work_id_key', ['workId'])
@Index('dead_letters_delivery_id_idx', ['deliveryId', 'id'], { where: 'delivery_id is not null' })
@Index('dead_letters_business_event_id_idx', ['businessEventId', 'id'], { where: 'business_event_id is not null' })
@Index('dead_letters_request_id_idx', ['requestId'], { where: 'request_id is not null' })
@Index('dead_letters_change_id_idx', ['changeId'], { where: 'change_id is not null' })
@Index('dead_letters_retry_at_idx', ['retryAt'])
export class DeadLetterEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: DeadLetterKind;

  /** Of the job, or of the event; made of the kind and the ids of other work. */
  @Column('uuid')
  workId: string;

  @Column('uuid', { nullable: true })
  deliveryId: string | null;

  @Column('uuid', { nullable: true })
  businessEventId: string | null;

  @Column('uuid', { nullable: true })
  webhookId: string | null;

  @Column('uuid', { nullable: true })
  requestId: string | null;

  /** COUNT_DELIVERIES: of delivery_changes. */
  @Column('bigint', { nullable: true })
  changeId: string | null;

  /** SQLSTATE, or the name of another error: it says nothing of values. */
  @Column('text')
  code: string;

  /** It may contain values of the row. */
  @Column('text')
  error: string;

  @Column('integer')
  failures: number;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  failedAt: Date;

  /** null: it is in its queue again, or was done. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  retryAt: Date | null;
}
