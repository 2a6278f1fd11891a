import { Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';

@InputType('RetryDeliveryInput', { description: 'Which delivery is tried now.' })
export class RetryDeliveryInput {
  @Field(() => ID, { description: 'A delivery with a `nextAttemptAt`, `dlv_...`.' })
  id: string;
}

@InputType('CancelDeliveryInput', { description: 'Which delivery ends, and why.' })
export class CancelDeliveryInput {
  @Field(() => ID, { description: 'A delivery that is PENDING or RETRYING, `dlv_...`.' })
  id: string;

  @ShortText(1_000)
  @Field(() => String, { description: 'Why, for whoever wonders later: 1 to 1,000 characters, on one line.' })
  reason: string;
}
