import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';

@InputType('PlaceLegalHoldInput', {
  description:
    'What is held: at least one of `webhookId`, `documentType`, `userId`, `from` and `to`. A row must meet ' +
    'all that are given.',
})
export class PlaceLegalHoldInput {
  @ShortText()
  @Field(() => String, {
    description:
      'A short name, 1 to 200 characters. The audit trail keeps it after an erasure: name no document and no person.',
  })
  name: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the webhook whose requests and deliveries are held, `whk_...`. Default, null: any.',
  })
  webhookId?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The type of the documents, 1 to 200 characters. Default, null: any.',
  })
  documentType?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The document, with `documentType`, 1 to 200 characters. Default, null: any.',
  })
  referenceDocument?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the user whose events are held, `usr_...`. Default, null: any.',
  })
  userId?: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The start of the time in which events and requests began, inclusive. Default, null: none.',
  })
  from?: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The end of the time in which events and requests began, exclusive. Default, null: none.',
  })
  to?: Date | null;

  @Field(() => String, {
    description:
      'The reason, 10 to 500 characters. The audit trail keeps it after an erasure: name no document and no person.',
  })
  reason: string;
}

@InputType('RequestLegalHoldReleaseInput', {
  description: 'The hold that another person is asked to release, and the reason.',
})
export class RequestLegalHoldReleaseInput {
  @Field(() => ID, { description: 'The id of the hold, `hld_...`.' })
  id: string;

  @Field(() => String, {
    description:
      'The reason, 10 to 500 characters. The audit trail keeps it after an erasure: name no document and no person.',
  })
  reason: string;
}

@InputType('ReleaseLegalHoldInput', { description: 'The hold to release.' })
export class ReleaseLegalHoldInput {
  @Field(() => ID, { description: 'The id of the hold, `hld_...`.' })
  id: string;
}
