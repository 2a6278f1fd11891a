import { Check, Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { GRAINS, type Grain } from '../../request-log/stats/request-stats.entity';
import { oneOf } from '../../sql/columns';
import type { DeliveryStatus, SkipReason } from '../delivery.entity';

/** The attributes of deliveries that are counted together. */
@Entity('delivery_stats_series')
@Unique('delivery_stats_series_digest_key', ['digest'])
@Index('delivery_stats_series_webhook_id_idx', ['webhookId'], { where: 'detailed' })
export class DeliveryStatsSeriesEntity {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'delivery_stats_series_pkey',
  })
  id: number;

  @Column('bytea')
  digest: Buffer;

  @Column('boolean')
  detailed: boolean;

  @Column('uuid', { name: 'webhook_id', nullable: true })
  webhookId: string | null;

  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Column('text')
  status: DeliveryStatus;

  @Column('text', { name: 'skip_reason', nullable: true })
  skipReason: SkipReason | null;
}

/** A rollup: the number of deliveries of a series that were created in a span of time. */
@Entity('delivery_stats')
@Index('delivery_stats_time_idx', ['grain', 'bucket'], { where: 'grain > 1' })
@Check('delivery_stats_grain_check', oneOf('grain', GRAINS))
export class DeliveryStatsEntity {
  @PrimaryColumn('integer', { name: 'series_id', primaryKeyConstraintName: 'delivery_stats_pkey' })
  seriesId: number;

  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'delivery_stats_pkey' })
  grain: Grain;

  @PrimaryColumn({ type: 'timestamptz', precision: 3, primaryKeyConstraintName: 'delivery_stats_pkey' })
  bucket: Date;

  @Column('integer')
  deliveries: number;

  @Column('integer')
  attempts: number;

  @Column('bytea')
  durations: Buffer;
}
