import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { CIRCUIT_STATES, type CircuitState } from '../webhook-circuit.entity';

export const CircuitStateEnum = publishEnum('CircuitState', CIRCUIT_STATES, 'What a circuit breaker lets through.', {
  CLOSED: { description: 'Everything: the endpoint works, as far as we know.' },
  OPEN: { description: 'Nothing until openUntil: the endpoint asked for a pause, or fails. Deliveries wait.' },
  HALF_OPEN: { description: 'One delivery, the probe: when it arrives, the others follow.' },
});

@HasRole(...READERS)
@ObjectType('WebhookCircuit', { simpleResolvers: true, description: "How a webhook's endpoint is doing." })
export class WebhookCircuitType {
  @Field(() => CircuitStateEnum, { description: 'What it lets through.' })
  state: CircuitState;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'OPEN: nothing is sent before. HALF_OPEN: when another probe goes if this one does not come back.',
  })
  openUntil: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it is not closed.' })
  reason: string | null;

  @Field(() => Int, { description: 'Attempts in a row that failed; from 20 on the circuit opens.' })
  failures: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the first of them failed; null: the last attempt arrived. After 5 days the webhook is disabled.',
  })
  failingSince: Date | null;
}
