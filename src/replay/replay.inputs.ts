import { Field, ID, InputType, Int } from 'type-graphql';
import { DeliveryWhere } from '../delivery/api/delivery.inputs';
import { Reason, rejects } from '../graphql/arguments/check-input';
import { REASON_RULE, withCommas } from '../text';

const DEFAULT_RATE = 50;
const MAX_RATE = 1_000;
const REASON_TEXT = `The reason, recorded in the audit trail: ${REASON_RULE}`;
const RATE_TEXT = `The maximum number of deliveries per second, over all workers: 1 to ${withCommas(MAX_RATE)}.`;

const isRate = (value: unknown) => (value as number) >= 1 && (value as number) <= MAX_RATE;
const hasCondition = (where: unknown) => Object.values(where as object).some((each) => each !== undefined);

@InputType('ReplayDeliveryInput', { description: 'The delivery to send again, and the reason.' })
export class ReplayDeliveryInput {
  @Field(() => ID, { description: 'The id of a finished delivery, `dlv_...`.' })
  deliveryId: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('RequestReplayInput', { description: 'The delivery that another person is to send again, and the reason.' })
export class RequestReplayInput {
  @Field(() => ID, { description: 'The id of a finished delivery, `dlv_...`.' })
  deliveryId: string;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('ReplayDeliveriesInput', { description: 'The deliveries to send again, the rate, and the reason.' })
export class ReplayDeliveriesInput {
  @rejects(
    'REQUIRED',
    'where',
    hasCondition,
    () => 'where is {}: to replay all deliveries, give { createdAt: { gte: "1970-01-01T00:00:00Z" } }.',
  )
  @Field(() => DeliveryWhere, {
    description:
      'Selects among the deliveries that are finished when the replay starts; {} is refused. The condition is evaluated ' +
      'again before each delivery is sent: those that no longer meet it, or were replayed otherwise, are left out.',
  })
  where: DeliveryWhere;

  @Reason()
  @Field(() => String, { description: REASON_TEXT })
  reason: string;

  @rejects('INVALID', 'rate', isRate, (value) => `rate is ${value}; it must be 1 to ${MAX_RATE} deliveries per second.`)
  @Field(() => Int, { defaultValue: DEFAULT_RATE, description: RATE_TEXT })
  rate: number;

  @Field(() => Boolean, { defaultValue: false, description: 'Only count the deliveries: nothing is sent or stored.' })
  dryRun: boolean;
}

@InputType('PauseReplayInput', { description: 'The replay to pause.' })
export class PauseReplayInput {
  @Field(() => ID, { description: 'The id of a replay that is PENDING or RUNNING, `rpl_...`.' })
  id: string;
}

@InputType('ResumeReplayInput', { description: 'The replay to resume.' })
export class ResumeReplayInput {
  @Field(() => ID, { description: 'The id of a replay that is PAUSED, `rpl_...`.' })
  id: string;
}

@InputType('CancelReplayInput', { description: 'The replay to cancel.' })
export class CancelReplayInput {
  @Field(() => ID, { description: 'The id of a replay that is not finished, `rpl_...`.' })
  id: string;
}
