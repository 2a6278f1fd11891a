import { Field, InputType } from 'type-graphql';
import type { RunDepth } from '../verifying/run.entity';
import { EvidenceDepthEnum } from './verifying.type';

@InputType('VerifyEvidenceInput', { description: 'How the log is verified.' })
export class VerifyEvidenceInput {
  @Field(() => EvidenceDepthEnum, { defaultValue: 'CONTENT', description: 'How much is compared.' })
  depth: RunDepth;

  @Field(() => [String], {
    defaultValue: [],
    description:
      'Signed heads that you hold, at most 20, as `evidenceHeads { checkpoint }` gave them. They alone show a history ' +
      'that was written anew by a person who has the database and the key.',
  })
  knownHeads: string[];
}
