import { ArgsType, Field, Float, ID, InputType, Int } from 'type-graphql';
import type { Part } from '../disclosed-parts';
import { EvidencePartEnum } from './evidence.type';

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

@InputType('ExportEvidenceInput', { description: 'The rows to prove, and what is disclosed of them.' })
export class ExportEvidenceInput {
  @Field(() => [ID], {
    description:
      'Requests (req_...), events (evt_...), audit entries (aud_...) and deliveries (dlv_...), 1 to 1,000, each once. They ' +
      'must be sealed. A delivery stands for the decisions about it: why it was not sent, or given up.',
  })
  ids: string[];

  @Field(() => [EvidencePartEnum], {
    defaultValue: [],
    description: 'The parts that the bundle discloses. All others stay in it as salted digests.',
  })
  disclose: Part[];

  @Field(() => [Float], {
    defaultValue: [],
    description:
      'The sizes of earlier heads that the auditor holds, at most 10. The bundle proves that each of them is a beginning ' +
      'of the tree.',
  })
  earlierSizes: number[];

  @Field(() => String, { description: 'Why: 10 to 500 characters, for the audit trail.' })
  reason: string;
}
