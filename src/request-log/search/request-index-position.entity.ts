import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** How far the index has followed the feed of the log: one row, a FeedPosition. */
@Entity('request_index_position')
@Check('request_index_position_only_check', 'the_only')
export class RequestIndexPositionEntity {
  @PrimaryColumn('boolean', {
    name: 'the_only',
    default: true,
    primaryKeyConstraintName: 'request_index_position_pkey',
  })
  theOnly: boolean;

  @Column('text', { name: 'from_snapshot' })
  fromSnapshot: string;

  @Column('text', { name: 'to_snapshot', nullable: true })
  toSnapshot: string | null;

  @Column('bigint', { name: 'after_id' })
  afterId: string;

  @Column('uuid', { name: 'backfill_before', nullable: true })
  backfillBefore: string | null;
}
