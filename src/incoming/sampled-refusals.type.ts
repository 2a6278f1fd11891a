import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { HasRole } from '../graphql/roles/has-role';
import { RequestErrorCodeEnum } from '../request-log/api/request-log.type';
import type { RequestErrorCode } from '../request-log/webhook-request-log.entity';
import { READERS } from '../viewer';

@HasRole(...READERS)
@ObjectType('SampledRefusals', {
  simpleResolvers: true,
  description: 'Refused calls that came faster than they are kept: they were answered and counted, but have no row.',
})
export class SampledRefusalsType {
  @Field(() => GraphQLDateTime, { description: 'The minute in which they came.' })
  minute: Date;

  @Field(() => RequestErrorCodeEnum, { description: 'Why they were refused.' })
  errorCode: RequestErrorCode;

  @Field(() => Int, { description: 'How many.' })
  calls: number;
}
