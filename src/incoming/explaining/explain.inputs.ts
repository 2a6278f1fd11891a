import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';

@InputType('CallHeaderInput', { description: 'A header of a call.' })
class CallHeaderInput {
  @Field(() => String, { description: 'The name; case is ignored.' })
  name: string;

  @Field(() => String, { description: 'The complete value.' })
  value: string;
}

@InputType('ExplainVerificationInput', {
  description: 'The call to explain: either `requestId`, or `headers` and `body` or `bodyBase64`.',
})
export class ExplainVerificationInput {
  @Field(() => ID, { description: 'The id of the INCOMING webhook that was called, `whk_...`.' })
  webhookId: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of a call in the log, `req_...`, instead of headers and body.',
  })
  requestId?: string | null;

  @Field(() => [CallHeaderInput], {
    nullable: true,
    description: 'The headers of the call, in order, at most 200 with 65,536 characters in total.',
  })
  headers?: CallHeaderInput[] | null;

  @Field(() => String, { nullable: true, description: 'The exact body as text, at most 1 MiB. Default: empty.' })
  body?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The exact body in base64, at most 1 MiB, instead of `body`, for a body that is not UTF-8.',
  })
  bodyBase64?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The complete URL that was called, for providers that sign it; at most 16,384 characters.',
  })
  url?: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time for which the call is judged. Default: for a call in the log, when it was received; otherwise now.',
  })
  at?: Date | null;
}
