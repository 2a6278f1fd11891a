import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
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
  @PrimaryColumn('uuid')
  @ForeignKey(() => WebhookEntity)
  webhookId: string;

  @Column('text')
  state: CircuitState;

  /** OPEN: until when nothing is sent. HALF_OPEN: when another probe may be sent. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  openUntil: Date | null;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('integer')
  openings: number;

  @Column('uuid', { nullable: true })
  probeDeliveryId: string | null;

  @Column('integer')
  failures: number;

  /** Some of its deliveries wait for capacity: new ones queue behind them. */
  @Column('boolean', { default: false })
  hasWaiting: boolean;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  failingSince: Date | null;
}
