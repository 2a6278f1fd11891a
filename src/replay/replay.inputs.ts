import { Field, ID, InputType, Int } from 'type-graphql';
import { DeliveryWhere } from '../delivery/api/delivery.inputs';
import { rejects, ShortText } from '../graphql/arguments/check-input';

const DEFAULT_RATE = 50;
const MAX_RATE = 1_000;
const REASON_TEXT = 'Why, for whoever wonders later: 1 to 1,000 characters, on one line.';
const RATE_TEXT = `Deliveries a second at most, over all workers: 1 to ${MAX_RATE}.`;

const isRate = (value: unknown) => (value as number) >= 1 && (value as number) <= MAX_RATE;
const asksForSomething = (where: unknown) => Object.values(where as object).some((each) => each !== undefined);

@InputType('ReplayDeliveryInput', { description: 'Which delivery is sent again, and why.' })
export class ReplayDeliveryInput {
  @Field(() => ID, { description: 'A delivery that is over, `dlv_...`.' })
  deliveryId: string;

  @ShortText(1_000)
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('ReplayDeliveriesInput', { description: 'Which deliveries are sent again, how fast, and why.' })
export class ReplayDeliveriesInput {
  @rejects(
    'REQUIRED',
    'where',
    asksForSomething,
    () => 'where is {}, which could mean all or none; all are { createdAt: { gte: "1970-01-01T00:00:00Z" } }.',
  )
  @Field(() => DeliveryWhere, {
    description:
      'Which ones of those that are over when it is ordered; {} is refused. Looked at again when their turn comes: what ' +
      'no longer meets it then, or was sent again meanwhile, is left alone.',
  })
  where: DeliveryWhere;

  @ShortText(1_000)
  @Field(() => String, { description: REASON_TEXT })
  reason: string;

  @rejects('INVALID', 'rate', isRate, (value) => `rate is ${value}; it must be 1 to ${MAX_RATE} deliveries a second.`)
  @Field(() => Int, { defaultValue: DEFAULT_RATE, description: RATE_TEXT })
  rate: number;

  @Field(() => Boolean, { defaultValue: false, description: 'Only count; nothing is sent or kept.' })
  dryRun: boolean;
}

@InputType('PauseReplayInput', { description: 'Which replay waits.' })
export class PauseReplayInput {
  @Field(() => ID, { description: 'A replay that is PENDING or RUNNING, `rpl_...`.' })
  id: string;
}

@InputType('ResumeReplayInput', { description: 'Which replay goes on.' })
export class ResumeReplayInput {
  @Field(() => ID, { description: 'A replay that is PAUSED, `rpl_...`.' })
  id: string;
}

@InputType('CancelReplayInput', { description: 'Which replay ends.' })
export class CancelReplayInput {
  @Field(() => ID, { description: 'A replay that is not over, `rpl_...`.' })
  id: string;
}
