import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';

@InputType('TestWebhookInput', {
  description: 'Give either eventId, or all of documentType, event, referenceDocument and data.',
})
export class TestWebhookInput {
  @Field(() => ID, { description: 'The id of the webhook, `whk_...`.' })
  id: string;

  @Field(() => ID, { nullable: true, description: 'The id of a stored event, `evt_...`, whose document is sent.' })
  eventId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The type of the document, 1 to 200 characters, such as "Sales Invoice".',
  })
  documentType?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What happened to the document, 1 to 200 characters, such as "on_submit".',
  })
  event?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the document, 1 to 200 characters, such as "INV-0042".',
  })
  referenceDocument?: string | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'The document, with the same rules as in publishEvents: at most 256 KiB, and its text is sent unchanged.',
  })
  data?: unknown;
}
