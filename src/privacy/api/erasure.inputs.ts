import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { Combinable } from '../../graphql/lists/combinable';
import {
  DateTimeFilter,
  enumFilter,
  IDFilter,
  OptionalDateTimeFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../graphql/lists/time-order';
import {
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  linkFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';
import { REASON_RULE } from '../../text';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { ErasureKindEnum, ErasureStatusEnum } from './erasure.type';

@InputType('PreviewErasureInput', {
  description: 'What is to be erased: exactly one of `documentType` with `name`, `userId`, and `where`.',
})
export class PreviewErasureInput {
  @ShortText(undefined, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The type of the document, 1 to 200 characters.' })
  documentType?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The name of the document, 1 to 200 characters.' })
  name?: string | null;

  @Field(() => ID, { nullable: true, description: 'The id of the user, `usr_...`.' })
  userId?: string | null;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description: 'The filter of the requests, as in `webhookRequestLogs`. At most 10,000 requests may meet it.',
  })
  where?: RequestLogWhere | null;
}

@InputType('EraseDocumentInput', { description: 'The document whose content is to be erased, and the reason.' })
export class EraseDocumentInput {
  @ShortText()
  @Field(() => String, { description: 'The type of the document, 1 to 200 characters.' })
  documentType: string;

  @ShortText()
  @Field(() => String, { description: 'The name of the document, 1 to 200 characters.' })
  name: string;

  @Field(() => String, {
    description: `The reason, recorded in the audit trail: ${REASON_RULE}`,
  })
  reason: string;
}

@InputType('ErasePersonInput', { description: 'The user who is to be erased, and the reason.' })
export class ErasePersonInput {
  @Field(() => ID, { description: 'The id of the user, `usr_...`.' })
  userId: string;

  @Field(() => String, {
    description: `The reason, recorded in the audit trail: ${REASON_RULE}`,
  })
  reason: string;
}

@InputType('EraseContentInput', { description: 'The requests whose content is to be erased, and the reason.' })
export class EraseContentInput {
  @Field(() => RequestLogWhere, {
    description:
      'The filter of the requests, as in `webhookRequestLogs`: { search: "jane.doe@example.com" }. At most ' +
      '10,000 requests may meet it. Their events are erased too, with all deliveries and requests of these.',
  })
  where: RequestLogWhere;

  @Field(() => String, {
    description: `The reason, recorded in the audit trail: ${REASON_RULE}`,
  })
  reason: string;
}

const ErasureKindFilter = enumFilter('ErasureKind', ErasureKindEnum);
const ErasureStatusFilter = enumFilter('ErasureStatus', ErasureStatusEnum);

@Combinable()
@InputType('ErasureWhere', { description: 'Erasures that meet all of these conditions.' })
export class ErasureWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the erasure: { eq: "ers_..." }.' })
  id?: IDFilter;

  @Field(() => ErasureKindFilter, { nullable: true, description: 'The content: { eq: PERSON }.' })
  kind?: InstanceType<typeof ErasureKindFilter>;

  @Field(() => ErasureStatusFilter, {
    nullable: true,
    description: 'The status: { eq: REQUESTED } for those that wait for an approval.',
  })
  status?: InstanceType<typeof ErasureStatusFilter>;

  @Field(() => UserWhere, { nullable: true, description: 'PERSON: the user.' })
  user?: UserWhere;

  @Field(() => UserWhere, { nullable: true, description: 'The user who ordered the erasure.' })
  orderedBy?: UserWhere;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the erasure was ordered.' })
  createdAt?: DateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the erasure became DONE or DECLINED; { isNull: true }: it is not finished.',
  })
  finishedAt?: OptionalDateTimeFilter;
}

export const ERASURE_FILTER: FilterMap = {
  id: idFilter('Erasure'),
  kind: exactFilter('kind'),
  status: exactFilter('status'),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  orderedBy: linkFilter('ordered_by', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
  finishedAt: timeFilter('finished_at'),
};

@ArgsType()
export class ErasureListArgs extends TimePageArgs {
  @Field(() => ErasureWhere, { nullable: true, description: WHERE_TEXT })
  where?: ErasureWhere;
}
