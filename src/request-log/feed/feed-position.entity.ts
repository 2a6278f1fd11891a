import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

export type FeedReader = 'counts' | 'index' | 'deliveries';

/** How far statistics (`counts`, `deliveries`) and search (`index`) have read their feeds: a FeedPosition for each. */
@Entity('feed_positions')
@Check('feed_positions_reader_check', `reader in ('counts', 'index', 'deliveries')`)
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
