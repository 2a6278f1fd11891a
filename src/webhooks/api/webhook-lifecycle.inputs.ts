import { Field, ID, InputType } from 'type-graphql';
import { Reason } from '../../graphql/arguments/check-input';
import { REASON_RULE } from '../../text';

const REASON_TEXT = `The reason, which \`statusReason\` and the audit trail contain: ${REASON_RULE} Default, null: none.`;

@InputType('PauseWebhookInput', { description: 'The webhook to pause, and the reason.' })
export class PauseWebhookInput {
  @Field(() => ID, { description: 'The id of an ACTIVE webhook, `whk_...`.' })
  id: string;

  @Reason({ nullable: true })
  @Field(() => String, { nullable: true, description: REASON_TEXT })
  reason?: string | null;
}

@InputType('ResumeWebhookInput', { description: 'The webhook to resume.' })
export class ResumeWebhookInput {
  @Field(() => ID, { description: 'The id of a PAUSED or DISABLED webhook, `whk_...`.' })
  id: string;

  @Reason({ nullable: true })
  @Field(() => String, { nullable: true, description: REASON_TEXT })
  reason?: string | null;
}

@InputType('ArchiveWebhookInput', { description: 'The webhook to archive permanently.' })
export class ArchiveWebhookInput {
  @Field(() => ID, { description: 'The id of the webhook, `whk_...`.' })
  id: string;
}
