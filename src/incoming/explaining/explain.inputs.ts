import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';

@InputType('CallHeaderInput', { description: 'A header of a call, as it was sent.' })
class CallHeaderInput {
  @Field(() => String, { description: 'Upper and lower case mean the same.' })
  name: string;

  @Field(() => String, { description: 'Its value, whole.' })
  value: string;
}

@InputType('ExplainVerificationInput', {
  description: 'A call of the log, or one that somebody has at hand: headers, and body or bodyBase64.',
})
export class ExplainVerificationInput {
  @Field(() => ID, { description: 'The INCOMING webhook that it was for, `whk_...`.' })
  webhookId: string;

  @Field(() => ID, { nullable: true, description: 'A call in the log, `req_...`, instead of headers and body.' })
  requestId?: string | null;

  @Field(() => [CallHeaderInput], {
    nullable: true,
    description: 'Its headers, in order; at most 200, of 65,536 characters together.',
  })
  headers?: CallHeaderInput[] | null;

  @Field(() => String, { nullable: true, description: 'Its body as text, exactly; at most 1 MiB. Default: empty.' })
  body?: string | null;

  @Field(() => String, { nullable: true, description: 'Its body in base64, where it is not UTF-8 or has to be exact.' })
  bodyBase64?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The whole address that was called, for providers that sign it; at most 16,384 characters.',
  })
  url?: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'As of when it is judged. Default: when the call of the log came; now for one that is given.',
  })
  at?: Date | null;
}
