import { ArgsType, Field, Float, InputType } from 'type-graphql';
import { Combinable } from '../../graphql/lists/combinable';
import { DateTimeFilter, enumFilter, FloatFilter, StringFilter, WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../graphql/lists/time-order';
import { exactFilter, type FilterMap, textFilter, timeFilter } from '../../graphql/lists/where-to-sql';
import { EvidenceAnchorKindEnum } from './anchors.type';
import { sizeFilter } from './size-filter';

const EvidenceAnchorKindFilter = enumFilter('EvidenceAnchorKind', EvidenceAnchorKindEnum);

@Combinable()
@InputType('EvidenceAnchorWhere', { description: 'Proofs of heads that meet all of these conditions.' })
export class EvidenceAnchorWhere {
  @Field(() => EvidenceAnchorKindFilter, { nullable: true, description: 'The kind of the proof: { eq: WITNESS }.' })
  kind?: InstanceType<typeof EvidenceAnchorKindFilter>;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The name of the witness, the URL of the authority, or who made the proof.',
  })
  by?: StringFilter;

  @Field(() => FloatFilter, { nullable: true, description: 'The number of leaves of the head: { lte: 4711 }.' })
  treeSize?: FloatFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the proof was received.' })
  receivedAt?: DateTimeFilter;
}

export const EVIDENCE_ANCHOR_FILTER: FilterMap = {
  kind: exactFilter('kind'),
  by: textFilter('by'),
  treeSize: sizeFilter('tree_size'),
  receivedAt: timeFilter('at'),
};

@ArgsType()
export class EvidenceAnchorListArgs extends TimePageArgs {
  @Field(() => EvidenceAnchorWhere, { nullable: true, description: WHERE_TEXT })
  where?: EvidenceAnchorWhere;
}

@InputType('AttachEvidenceAnchorInput', { description: 'A proof that was made elsewhere for a signed head.' })
export class AttachEvidenceAnchorInput {
  @Field(() => Float, {
    description: 'The number of leaves of the head, as `evidenceHeads { nodes { treeSize } }` says.',
  })
  treeSize: number;

  @Field(() => String, { description: 'Who made the proof, such as "OpenTimestamps": 1 to 200 characters.' })
  by: string;

  @Field(() => String, { description: 'The proof in base64: 1 byte to 64 KiB.' })
  proof: string;
}
