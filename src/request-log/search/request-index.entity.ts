import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RequestStatus } from '../webhook-request-log.entity';

/**
 * The index entry of a closed request, for search and ordering. It is derived from the log and written a moment later.
 */
@Entity('request_index')
@Index('request_index_words_idx', { synchronize: false })
@Index('request_index_outcome_idx', ['outcome', 'id'])
@Index('request_index_took_ms_idx', ['tookMs', 'id'])
export class RequestIndexEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'request_index_pkey' })
  id: string;

  @Column('text')
  outcome: RequestStatus;

  @Column('integer', { name: 'took_ms' })
  tookMs: number;

  @Column('tsvector')
  words: string;
}
