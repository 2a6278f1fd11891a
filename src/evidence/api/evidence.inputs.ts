import { ArgsType, Field, Float, ID, InputType } from 'type-graphql';
import { Combinable } from '../../graphql/lists/combinable';
import { DateTimeFilter, FloatFilter, WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../graphql/lists/time-order';
import { type FilterMap, timeFilter } from '../../graphql/lists/where-to-sql';
import { sizeFilter } from './size-filter';

@Combinable()
@InputType('EvidenceHeadWhere', { description: 'Signed heads that meet all of these conditions.' })
export class EvidenceHeadWhere {
  @Field(() => FloatFilter, { nullable: true, description: 'The number of leaves of the tree: { lte: 4711 }.' })
  treeSize?: FloatFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the head was signed.' })
  signedAt?: DateTimeFilter;
}

export const EVIDENCE_HEAD_FILTER: FilterMap = {
  treeSize: sizeFilter('tree_size'),
  signedAt: timeFilter('signed_at'),
};

@ArgsType()
export class EvidenceHeadListArgs extends TimePageArgs {
  @Field(() => EvidenceHeadWhere, { nullable: true, description: WHERE_TEXT })
  where?: EvidenceHeadWhere;
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
