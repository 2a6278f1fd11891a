import { ArgsType, Field, Float, InputType, Int } from 'type-graphql';

@ArgsType()
export class EvidenceAnchorsArgs {
  @Field(() => Int, { nullable: true, defaultValue: 20, description: 'The maximum number of anchors, 1 to 100.' })
  first?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Only of heads with at most this many leaves; null: of all heads.',
  })
  upTo?: number | null;
}

@InputType('AttachEvidenceAnchorInput', { description: 'A proof that was made elsewhere for a signed head.' })
export class AttachEvidenceAnchorInput {
  @Field(() => Float, { description: 'The number of leaves of the head, as `evidenceHeads { treeSize }` says.' })
  treeSize: number;

  @Field(() => String, { description: 'Who made the proof, such as "OpenTimestamps": 1 to 200 characters.' })
  by: string;

  @Field(() => String, { description: 'The proof in base64: 1 byte to 64 KiB.' })
  proof: string;
}
