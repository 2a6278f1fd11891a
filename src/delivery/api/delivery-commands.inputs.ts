import { Field, ID, InputType } from 'type-graphql';
import { Reason } from '../../graphql/arguments/check-input';
import { REASON_RULE } from '../../text';

@InputType('RetryDeliveryInput', { description: 'The delivery to retry.' })
export class RetryDeliveryInput {
  @Field(() => ID, { description: 'The id of a delivery with a `nextAttemptAt`, `dlv_...`.' })
  deliveryId: string;
}

@InputType('CancelDeliveryInput', { description: 'The delivery to cancel, and the reason.' })
export class CancelDeliveryInput {
  @Field(() => ID, {
    description: 'The id of a delivery that is PENDING or RETRYING, or EXHAUSTED and blocking, `dlv_...`.',
  })
  deliveryId: string;

  @Reason()
  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;
}
