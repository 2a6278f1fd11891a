import { Field, ID, InputType, Int } from 'type-graphql';

@InputType('SetRetentionInput', { description: 'The limit as a whole: what is left out is not limited.' })
export class SetRetentionInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The webhook, `whk_...`. Default, null: all webhooks without a limit of their own, and events.',
  })
  webhookId?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The days after which content is erased, 1 to 36,500; it applies 24 hours after the last change of the limit. Default, null: as for all; for all: never.',
  })
  contentDays?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The days for which content is kept, 1 to 36,500, whatever limit or order says. Default, null: no minimum.',
  })
  minimumDays?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'With `minimumDays`: why, such as a law, 1 to 200 characters.',
  })
  minimumGround?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'For all webhooks alone: the months, 2 to 1,200, that rows are kept after the month in which they were made. Then the whole ' +
      'month is dropped, unless a hold or a minimum keeps a row of it. Default, null: never.',
  })
  rowMonths?: number | null;

  @Field(() => String, { description: 'Why: 10 to 500 characters, for the audit trail.' })
  reason: string;
}
