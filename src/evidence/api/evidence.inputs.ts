import { ArgsType, Field, Float, Int } from 'type-graphql';

@ArgsType()
export class EvidenceHeadsArgs {
  @Field(() => Int, { defaultValue: 20, description: 'How many heads: 1 to 100.' })
  first: number;

  @Field(() => Float, { nullable: true, description: 'Only heads of fewer leaves than this, for the next page.' })
  before?: number | null;
}

@ArgsType()
export class ConsistencyArgs {
  @Field(() => Float, { description: 'The number of leaves of the earlier tree: a whole number, at least 1.' })
  from: number;

  @Field(() => Float, { description: 'The number of leaves of the later tree, at most `evidenceStatus { treeSize }`.' })
  to: number;
}
