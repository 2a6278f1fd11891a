import { Field, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { TestWebhookInput } from './test-webhook.inputs';

@InputType('PreviewWebhookInput', {
  description:
    'Give either eventId, or all of documentType, event, referenceDocument and data. documentType may be "Hookledger", ' +
    "the type of Hookledger's own events.",
})
export class PreviewWebhookInput extends TestWebhookInput {
  @ShortText(200, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description:
      'The name of the user who acted, 1 to 200 characters. Default: the user of the event; for a given document, you.',
  })
  user?: string | null;
}
