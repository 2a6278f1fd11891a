import { Field, ID, InputType, Int } from 'type-graphql';
import { DeliveryWhere } from '../delivery/delivery.inputs';
import { rejects, ShortText } from '../graphql/check-input';

export const DEFAULT_RATE = 50;
const MAX_RATE = 1_000;
const REASON_TEXT = 'Why, for whoever wonders later: 1 to 1,000 characters, on one line.';
const RATE_TEXT = `Deliveries a second at most, over all workers: 1 to ${MAX_RATE}.`;

const isRate = (value: unknown) => value === null || ((value as number) >= 1 && (value as number) <= MAX_RATE);

@InputType('ReplayDeliveryInput')
export class ReplayDeliveryInput {
  @Field(() => ID)
  deliveryId: string;

  @ShortText(1_000)
  @Field(() => String, { description: REASON_TEXT })
  reason: string;
}

@InputType('ReplayDeliveriesInput')
export class ReplayDeliveriesInput {
  @Field(() => DeliveryWhere, {
    description: 'Which ones. Looked at again when their turn comes: what no longer meets it then is left alone.',
  })
  where: DeliveryWhere;

  @ShortText(1_000)
  @Field(() => String, { description: REASON_TEXT })
  reason: string;

  @rejects('INVALID', 'rate', isRate, (value) => `rate is ${value}; it must be 1 to ${MAX_RATE} deliveries a second.`)
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_RATE, description: RATE_TEXT })
  rate?: number | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Only count; nothing is sent or kept.' })
  dryRun?: boolean | null;
}

@InputType('PauseReplayInput')
export class PauseReplayInput {
  @Field(() => ID)
  id: string;
}

@InputType('ResumeReplayInput')
export class ResumeReplayInput {
  @Field(() => ID)
  id: string;
}

@InputType('CancelReplayInput')
export class CancelReplayInput {
  @Field(() => ID)
  id: string;
}
