import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../users/user.entity';

export const DIRECTIONS = ['OUTGOING', 'INCOMING'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const WEBHOOK_STATUSES = ['ACTIVE', 'PAUSED', 'DISABLED', 'ARCHIVED'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

@Entity('webhooks')
@Index('webhooks_owner_id_idx', ['ownerId', 'id'])
@Check('webhooks_direction_check', `direction in ('OUTGOING', 'INCOMING')`)
@Check('webhooks_status_check', `status in ('ACTIVE', 'PAUSED', 'DISABLED', 'ARCHIVED')`)
export class WebhookEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhooks_pkey' })
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  direction: Direction;

  @Column('text')
  status: WebhookStatus;

  @Column('text', { name: 'status_reason', nullable: true })
  statusReason: string | null;

  @Column('text', { nullable: true })
  url: string | null;

  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Column('text', { array: true })
  events: string[];

  @Column('integer', { name: 'retry_schedule', array: true, nullable: true })
  retrySchedule: number[] | null;

  @Column('integer', { name: 'timeout_ms' })
  timeoutMs: number;

  @Column('uuid', { name: 'owner_id' })
  ownerId: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'owner_id', foreignKeyConstraintName: 'webhooks_owner_id_fkey' })
  owner: UserEntity;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 })
  updatedAt: Date;
}
