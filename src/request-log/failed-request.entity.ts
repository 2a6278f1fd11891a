import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { oneOf } from '../sql/columns';
import type { RequestStatus } from './webhook-request-log.entity';

/** The statuses of finished requests that did not succeed. */
export const FAILED_STATUSES = ['FAILED', 'UNKNOWN', 'REFUSED'] as const satisfies readonly RequestStatus[];

/**
 * A request that did not succeed. A trigger fills this table, so that failures are found without reading all requests.
 */
@Entity('failed_requests')
@Index('failed_requests_webhook_id_idx', ['webhookId', 'id'])
@Index('failed_requests_status_idx', ['status', 'id'])
@Check('failed_requests_status_check', oneOf('status', FAILED_STATUSES))
export class FailedRequestEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'failed_requests_pkey' })
  id: string;

  @Column('uuid', { name: 'webhook_id', nullable: true })
  webhookId: string | null;

  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Column('text')
  status: (typeof FAILED_STATUSES)[number];
}
