import { Field, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { TestWebhookInput } from './test-webhook.inputs';

@InputType('PreviewWebhookInput', {
  description:
    'Either eventId, or all of documentType, event, referenceDocument and data. documentType may be Hookledger, as of ' +
    "Hookledger's own events.",
})
export class PreviewWebhookInput extends TestWebhookInput {
  @ShortText(200, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'Who did it, a user name; default: the user of the event, for a given document you.',
  })
  user?: string | null;
}
