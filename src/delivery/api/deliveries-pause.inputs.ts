import { Field, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';

@InputType('PauseDeliveriesInput', { description: 'The reason for the pause of all deliveries.' })
export class PauseDeliveriesInput {
  @ShortText(1_000)
  @Field(() => String, {
    description:
      'The reason, which `deliveriesPaused` and the audit trail contain: 1 to 1,000 characters, on one line.',
  })
  reason: string;
}

@InputType('ResumeDeliveriesInput', { description: 'The reason for the end of the pause.' })
export class ResumeDeliveriesInput {
  @ShortText(1_000, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The reason, recorded in the audit trail: at most 1,000 characters, on one line.',
  })
  reason?: string | null;
}
