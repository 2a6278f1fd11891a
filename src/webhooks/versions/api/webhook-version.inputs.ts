import { Field, ID, InputType, Int } from 'type-graphql';
import { REASON_RULE, Reason } from '../../../graphql/arguments/check-input';

@InputType('RestoreWebhookVersionInput', { description: 'The webhook, and the version whose settings it gets.' })
export class RestoreWebhookVersionInput {
  @Field(() => ID, { description: 'The id of the webhook, `whk_...`.' })
  id: string;

  @Field(() => Int, { description: 'The version to restore: one of `Webhook.versions`.' })
  version: number;

  @Field(() => Int, {
    nullable: true,
    description: 'As in UpdateWebhookInput: CONFLICT if the webhook has another version by now. Default, null: any.',
  })
  expectedVersion?: number | null;

  @Reason({ nullable: true })
  @Field(() => String, {
    nullable: true,
    description: `The reason, which the audit trail contains: ${REASON_RULE} Default, null: none.`,
  })
  reason?: string | null;
}
