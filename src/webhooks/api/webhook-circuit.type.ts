import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { CIRCUIT_STATES, type CircuitState } from '../webhook-circuit.entity';

export const CircuitStateEnum = publishEnum('CircuitState', CIRCUIT_STATES, 'The state of a circuit breaker.', {
  CLOSED: { description: 'Deliveries are sent. The endpoint is assumed to work.' },
  OPEN: { description: 'Deliveries wait until `openUntil`, because the endpoint asked for a pause or fails.' },
  HALF_OPEN: { description: 'One delivery, the probe, is sent. If it succeeds, the others follow.' },
});

@HasRole(...READERS)
@ObjectType('WebhookCircuit', {
  simpleResolvers: true,
  description: 'The circuit breaker of the endpoint of a webhook.',
})
export class WebhookCircuitType {
  @Field(() => CircuitStateEnum, { description: 'The state of the circuit.' })
  state: CircuitState;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'OPEN: until when no delivery is sent. HALF_OPEN: when another probe is sent if this one does not finish. ' +
      'null: CLOSED.',
  })
  openUntil: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the circuit is not closed; null: it is closed.' })
  reason: string | null;

  @Field(() => Int, { description: 'The number of consecutive failed attempts. At 20 the circuit opens.' })
  failures: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When the first of these attempts failed; null: the last attempt succeeded. After 5 days the webhook is ' +
      'disabled.',
  })
  failingSince: Date | null;
}
