import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { HasRole } from '../../graphql/roles/has-role';
import { RequestErrorCodeEnum } from '../../request-log/api/request-log.type';
import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import { READERS } from '../../viewer';

@HasRole(...READERS)
@ObjectType('UnrecordedRefusals', {
  simpleResolvers: true,
  description:
    'Refused calls above the rate at which they are recorded. They were answered and counted, and have no row in ' +
    'the log.',
})
export class UnrecordedRefusalsType {
  @Field(() => GraphQLDateTime, { description: 'The minute in which the calls were received.' })
  minute: Date;

  @Field(() => RequestErrorCodeEnum, { description: 'Why the calls were refused.' })
  errorCode: RequestErrorCode;

  @Field(() => Int, { description: 'The number of calls.' })
  callCount: number;
}
