import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';
import type { RunDepth } from '../verifying/verification-run.entity';
import { EvidenceDepthEnum } from './verifying.type';

@InputType('EvidenceScopeInput', { description: 'A part of the log: `from` and `to`, or `ids`.' })
export class EvidenceScopeInput {
  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The start, inclusive. A row belongs to the time at which the request began, the event was published, the ' +
      'decision was made, the audit entry was written, or the user or webhook was created.',
  })
  from?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The end, exclusive. It may be in the future.' })
  to?: Date | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Requests (req_...), events (evt_...), audit entries (aud_...), deliveries (dlv_...), users (usr_...) and webhooks ' +
      '(whk_...), 1 to 1,000, each once. A delivery stands for itself and for the decisions about it, a user or webhook for its ' +
      'names.',
  })
  ids?: string[] | null;
}

@InputType('VerifyEvidenceInput', { description: 'What is verified, and against which heads.' })
export class VerifyEvidenceInput {
  @Field(() => EvidenceDepthEnum, { defaultValue: 'CONTENT', description: 'What is compared.' })
  depth: RunDepth;

  @Field(() => EvidenceScopeInput, {
    nullable: true,
    description:
      'The rows to compare. Default, null: all. The tree and the heads are always verified as a whole. In a ' +
      'part of the log, the deletion of a row is not found if its place in the tree was removed too, unless ' +
      '`ids` names the row; and a row that claims the place of a row outside of the part is CHANGED instead of ' +
      'INSERTED. TREE compares no rows.',
  })
  scope?: EvidenceScopeInput | null;

  @Field(() => [String], {
    defaultValue: [],
    description:
      'Signed heads that you hold, at most 20, as `evidenceHeads { nodes { checkpoint } }` returned them, or as requests carried them in ' +
      'the header `hookledger-head`. Only with them ' +
      'is a history found that a person with the database and the key has rewritten.',
  })
  knownHeads: string[];
}
