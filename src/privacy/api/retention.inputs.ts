import { Field, ID, InputType, Int } from 'type-graphql';
import { REASON_RULE } from '../../text';

@InputType('SetRetentionInput', { description: 'The complete limit: a field that is left out sets no limit.' })
export class SetRetentionInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the webhook, `whk_...`. Default, null: events, and all webhooks without a limit of their own.',
  })
  webhookId?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of days after which content is erased, 1 to 36,500. It applies from 24 hours after the last ' +
      'change of the limit. Default, null: for one webhook, the limit of all; for all, never.',
  })
  contentDays?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of days for which content is kept, 1 to 36,500, whatever limits and erasures require. ' +
      'Default, null: no minimum.',
  })
  minimumDays?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for `minimumDays`, such as a law, 1 to 200 characters. Required with `minimumDays`.',
  })
  minimumReason?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of months, 2 to 1,200, for which rows are kept after the month in which they were made. Then ' +
      'the month is dropped as a whole, unless a hold or a minimum keeps a row of it. Only without `webhookId`. ' +
      'Default, null: never.',
  })
  rowMonths?: number | null;

  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;
}
