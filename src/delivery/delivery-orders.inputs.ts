import { Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../graphql/check-input';

@InputType('RetryDeliveryInput')
export class RetryDeliveryInput {
  @Field(() => ID)
  id: string;
}

@InputType('CancelDeliveryInput')
export class CancelDeliveryInput {
  @Field(() => ID)
  id: string;

  @ShortText(1_000)
  @Field(() => String, { description: 'Why, for whoever wonders later: 1 to 1,000 characters, on one line.' })
  reason: string;
}
