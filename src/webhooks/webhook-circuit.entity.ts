import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { oneOf } from '../sql/columns';
import { WebhookEntity } from './webhook.entity';

/** The states of a circuit breaker: CLOSED sends all deliveries, OPEN none, HALF_OPEN one probe. */
export const CIRCUIT_STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;
export type CircuitState = (typeof CIRCUIT_STATES)[number];

/** The circuit of an outgoing webhook. A table of its own, so that a failure does not change the row in `webhooks`. */
@Entity('webhook_circuits')
@Check('webhook_circuits_state_check', oneOf('state', CIRCUIT_STATES))
@Index('webhook_circuits_waiting_idx', ['webhookId'], { where: 'has_waiting' })
export class WebhookCircuitEntity {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'webhook_circuits_pkey' })
  webhookId: string;

  @ManyToOne(() => WebhookEntity)
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'webhook_circuits_webhook_id_fkey' })
  webhook: WebhookEntity;

  @Column('text')
  state: CircuitState;

  @Column({ type: 'timestamptz', name: 'open_until', precision: 3, nullable: true })
  openUntil: Date | null;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('integer')
  openings: number;

  @Column('uuid', { name: 'probe_delivery_id', nullable: true })
  probeDeliveryId: string | null;

  @Column('integer')
  failures: number;

  @Column('boolean', { name: 'has_waiting', default: false })
  hasWaiting: boolean;

  @Column({ type: 'timestamptz', name: 'failing_since', precision: 3, nullable: true })
  failingSince: Date | null;
}
