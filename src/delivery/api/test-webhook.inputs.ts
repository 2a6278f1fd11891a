import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';

@InputType('TestWebhookInput', {
  description: 'Either eventId, or all of documentType, event, referenceDocument and data.',
})
export class TestWebhookInput {
  @Field(() => ID, { description: 'The webhook, `whk_...`.' })
  id: string;

  @Field(() => ID, { nullable: true, description: 'A business event that happened: its document is sent.' })
  eventId?: string | null;

  @Field(() => String, { nullable: true, description: '1 to 200 characters, such as "Sales Invoice".' })
  documentType?: string | null;

  @Field(() => String, { nullable: true, description: '1 to 200 characters, such as "on_submit".' })
  event?: string | null;

  @Field(() => String, { nullable: true, description: '1 to 200 characters, such as "INV-0042".' })
  referenceDocument?: string | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'The document, as publishEvents takes it: at most 256 KiB, its text kept exactly.',
  })
  data?: unknown;
}
