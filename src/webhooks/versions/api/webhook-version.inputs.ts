import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { Reason } from '../../../graphql/arguments/check-input';
import { Combinable } from '../../../graphql/lists/combinable';
import { DateTimeFilter, IDFilter, IntFilter, WHERE_TEXT } from '../../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../../graphql/lists/time-order';
import { type FilterMap, idFilter, idTimeFilter, intFilter, linkFilter } from '../../../graphql/lists/where-to-sql';
import { REASON_RULE } from '../../../text';
import { USER_FILTER, UserWhere } from '../../../users/user.inputs';

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

@Combinable()
@InputType('WebhookVersionWhere', { description: 'Versions of settings that meet all of these conditions.' })
export class WebhookVersionWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the version: { eq: "whv_..." }.' })
  id?: IDFilter;

  @Field(() => IntFilter, { nullable: true, description: 'The number of the version: { in: [3, 4] }.' })
  version?: IntFilter;

  @Field(() => UserWhere, { nullable: true, description: 'The user who made the change.' })
  createdBy?: UserWhere;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the settings became these.' })
  createdAt?: DateTimeFilter;
}

export const WEBHOOK_VERSION_FILTER: FilterMap = {
  id: idFilter('WebhookVersion'),
  version: intFilter('version'),
  createdBy: linkFilter('created_by', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
};

@ArgsType()
export class WebhookVersionListArgs extends TimePageArgs {
  @Field(() => WebhookVersionWhere, { nullable: true, description: WHERE_TEXT })
  where?: WebhookVersionWhere;
}
