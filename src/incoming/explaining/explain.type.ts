import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { RequestErrorCodeEnum } from '../../request-log/api/request-log.type';
import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import { CHECK_NAMES, type CheckName } from '../../verification/explaining/explain';
import { CONTENT_READERS } from '../../viewer';

const VerificationCheckNameEnum = publishEnum('VerificationCheckName', CHECK_NAMES, 'What was looked at.', {
  WEBHOOK: { description: 'Whether the webhook takes calls at all.' },
  KEPT: { description: 'What of the call was not kept.' },
  HEADERS: { description: 'The headers that say how it is confirmed.' },
  TIMESTAMP: { description: 'The time that was signed, and the tolerance.' },
  SIGNATURE: { description: 'The signature itself, and how it is written.' },
  SECRET: { description: 'Which of our secrets, live or retired.' },
  BODY: { description: 'The body, and what was done to it on its way.' },
});

@HasRole(...CONTENT_READERS)
@ObjectType('VerificationCheck', { simpleResolvers: true, description: 'One thing that was looked at.' })
export class VerificationCheckType {
  @Field(() => VerificationCheckNameEnum, { description: 'What it was.' })
  name: CheckName;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is right; null: a remark, or it could not be told.',
  })
  passed: boolean | null;

  @Field(() => String, { description: 'What was found, and by how much it is off; a sentence to read aloud.' })
  message: string;
}

@HasRole(...CONTENT_READERS)
@ObjectType('VerificationReport', {
  simpleResolvers: true,
  description: 'Whether a call is confirmed, and if not, which check failed and by how much.',
})
export class VerificationReportType {
  @Field(() => Boolean, { description: 'Whether it would be accepted, as far as this was asked.' })
  accepted: boolean;

  @Field(() => RequestErrorCodeEnum, { nullable: true, description: 'Why not, in one word; null: it would be.' })
  errorCode: RequestErrorCode | null;

  @Field(() => String, { description: 'The outcome in a sentence.' })
  summary: string;

  @Field(() => ID, { nullable: true, description: 'Of verificationKeys, which one confirms it; null: none does.' })
  keyId: string | null;

  @Field(() => GraphQLDateTime, { description: 'As of when it was judged.' })
  at: Date;

  @Field(() => [VerificationCheckType], { description: 'What was looked at, in that order, at most 50.' })
  checks: VerificationCheckType[];
}
