import { Field, InputType } from 'type-graphql';
import { Reason } from '../../graphql/arguments/check-input';
import { REASON_RULE } from '../../text';

@InputType('PauseDeliveriesInput', { description: 'The reason for the pause of all deliveries.' })
export class PauseDeliveriesInput {
  @Reason()
  @Field(() => String, {
    description: `The reason, which \`deliveriesPaused\` and the audit trail contain: ${REASON_RULE}`,
  })
  reason: string;
}

@InputType('ResumeDeliveriesInput', { description: 'The reason for the end of the pause.' })
export class ResumeDeliveriesInput {
  @Reason({ nullable: true })
  @Field(() => String, {
    nullable: true,
    description: `The reason, recorded in the audit trail: ${REASON_RULE} Default, null: none.`,
  })
  reason?: string | null;
}
