import { Check, Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { oneOf } from '../../sql/columns';
import type { Direction } from '../../webhooks/webhook.entity';
import type { RequestErrorCode, RequestStatus } from '../webhook-request-log.entity';

/** Lengths of rollups in minutes, aligned to UTC. Offsets of time zones are multiples of a quarter of an hour. */
export const GRAINS = [1, 15, 60, 1440] as const;
export type Grain = (typeof GRAINS)[number];

/** The attributes of requests that are counted together. */
@Entity('request_stats_series')
@Unique('request_stats_series_digest_key', ['digest'])
@Index('request_stats_series_webhook_id_idx', ['webhookId'], { where: 'detailed' })
export class RequestStatsSeriesEntity {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'request_stats_series_pkey',
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
  direction: Direction;

  @Column('text')
  status: RequestStatus;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode: RequestErrorCode | null;
}

/** A rollup: the number of requests of a series that began in a span of time. */
@Entity('request_stats')
@Index('request_stats_time_idx', ['grain', 'bucket'], { where: 'grain > 1' })
@Check('request_stats_grain_check', oneOf('grain', GRAINS))
export class RequestStatsEntity {
  @PrimaryColumn('integer', { name: 'series_id', primaryKeyConstraintName: 'request_stats_pkey' })
  seriesId: number;

  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'request_stats_pkey' })
  grain: Grain;

  @PrimaryColumn({ type: 'timestamptz', precision: 3, primaryKeyConstraintName: 'request_stats_pkey' })
  bucket: Date;

  @Column('integer')
  requests: number;

  @Column('integer')
  retries: number;

  @Column('bytea')
  durations: Buffer;

  @Column('bytea', { name: 'dns_times' })
  dnsTimes: Buffer;

  @Column('bytea', { name: 'connect_times' })
  connectTimes: Buffer;

  @Column('bytea', { name: 'tls_times' })
  tlsTimes: Buffer;

  @Column('bytea', { name: 'first_byte_times' })
  firstByteTimes: Buffer;
}

/** A request that is counted as PENDING. */
@Entity('request_stats_open')
export class RequestStatsOpenEntity {
  @PrimaryColumn('uuid', { name: 'request_id', primaryKeyConstraintName: 'request_stats_open_pkey' })
  requestId: string;

  @Column('uuid', { name: 'webhook_id', nullable: true })
  webhookId: string | null;

  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Column('text')
  direction: Direction;

  @Column('integer', { name: 'attempt_number' })
  attemptNumber: number;

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3 })
  startedAt: Date;
}
