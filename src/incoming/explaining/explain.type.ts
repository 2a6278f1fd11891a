import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { RequestErrorCodeEnum } from '../../request-log/api/request-log.type';
import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import { CHECK_NAMES, type CheckName } from '../../verification/explaining/explain-call';
import { CONTENT_READERS } from '../../viewer';

const VerificationCheckNameEnum = publishEnum('VerificationCheckName', CHECK_NAMES, 'What a check examines.', {
  WEBHOOK: { description: 'Whether the webhook accepts calls.' },
  KEPT: { description: 'Which parts of the call were not recorded, and why it was refused when it was received.' },
  HEADERS: { description: 'The headers that are needed to verify the call.' },
  TIMESTAMP: { description: 'The signed time and the tolerance.' },
  SIGNATURE: { description: 'The signature and its encoding.' },
  SECRET: { description: 'The secret that was used, live or retired.' },
  BODY: { description: 'The body, and how it was changed on the way.' },
});

@HasRole(...CONTENT_READERS)
@ObjectType('VerificationCheck', { simpleResolvers: true, description: 'The result of one check.' })
export class VerificationCheckType {
  @Field(() => VerificationCheckNameEnum, { description: 'What the check examines.' })
  name: CheckName;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the check passed; null: the message is a remark, or the check could not be decided.',
  })
  passed: boolean | null;

  @Field(() => String, { description: 'The finding and the size of the difference, as a sentence.' })
  message: string;
}

@HasRole(...CONTENT_READERS)
@ObjectType('VerificationReport', {
  simpleResolvers: true,
  description: 'Whether a call passes verification, and if not, which check failed and by how much.',
})
export class VerificationReportType {
  @Field(() => Boolean, {
    description:
      'Whether the checks in this report would accept the call. Of a call in the log that needs a part which is not recorded, such ' +
      'as a token: whether it was accepted.',
  })
  accepted: boolean;

  @Field(() => RequestErrorCodeEnum, {
    nullable: true,
    description: 'The error code of the refusal; null: the call would be accepted.',
  })
  errorCode: RequestErrorCode | null;

  @Field(() => String, { description: 'The result as a sentence.' })
  summary: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The id in `verificationKeys` of the key that verifies the call; null: none.',
  })
  keyId: string | null;

  @Field(() => GraphQLDateTime, { description: 'The time for which the call was judged.' })
  at: Date;

  @Field(() => [VerificationCheckType], { description: 'The checks in the order in which they were made, at most 50.' })
  checks: VerificationCheckType[];
}
