import { ArgsType, Field, Float, ID, Int } from 'type-graphql';

@ArgsType()
export class EvidenceHeadsArgs {
  @Field(() => Int, { nullable: true, defaultValue: 20, description: 'The maximum number of heads, 1 to 100.' })
  first?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Only heads of at most this many leaves; for the next page, one less than the last head has. null: all.',
  })
  upTo?: number | null;
}

@ArgsType()
export class ConsistencyArgs {
  @Field(() => Float, { description: 'The number of leaves of the earlier tree: a whole number, at least 1.' })
  from: number;

  @Field(() => Float, { description: 'The number of leaves of the later tree, at most `evidenceStatus { treeSize }`.' })
  to: number;
}

@ArgsType()
export class CompletenessArgs {
  @Field(() => String, { description: 'The month in UTC: "2026-03".' })
  month: string;

  @Field(() => ID, { nullable: true, description: 'The id of the webhook, `whk_...`. Default: all webhooks together.' })
  webhookId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `next` of the previous call. Default: from the start of the month.',
  })
  after?: string | null;
}
