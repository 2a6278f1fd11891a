import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { oneOf } from '../../sql/columns';

const FEED_READERS = ['counts', 'index', 'deliveries'] as const;
export type FeedReader = (typeof FEED_READERS)[number];

/** What a reader may leave out: see left-out.store.ts. */
export const FOLLOWED_KINDS = ['INDEX', 'COUNT_OPENED', 'COUNT_CLOSED', 'COUNT_DELIVERIES'] as const;
export type FollowedKind = (typeof FOLLOWED_KINDS)[number];

/** How far statistics (`counts`, `deliveries`) and search (`index`) have read their feeds: a FeedPosition for each. */
@Entity('feed_positions')
@Check('feed_positions_reader_check', oneOf('reader', FEED_READERS))
export class FeedPositionEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'feed_positions_pkey' })
  reader: FeedReader;

  @Column('text', { name: 'from_snapshot' })
  fromSnapshot: string;

  @Column('text', { name: 'to_snapshot', nullable: true })
  toSnapshot: string | null;

  @Column('bigint', { name: 'after_id' })
  afterId: string;

  @Column('uuid', { name: 'backfill_before', nullable: true })
  backfillBefore: string | null;

  @Column({ type: 'timestamptz', name: 'counted_at', precision: 3, nullable: true })
  countedAt: Date | null;
}
