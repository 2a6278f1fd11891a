import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RequestStatus } from '../webhook-request-log.entity';

/** What a closed request can be found and ordered by; made from it a moment later, and not part of the record. */
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
