import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { publishEnum } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { enumFilter } from '../../graphql/lists/filter-inputs';
import { by, whereOf } from '../../graphql/lists/where';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';
import { UserWhere } from '../../users/user.type';
import { REASON_RULE } from '../../values/reason';
import { ERASURE_KINDS, ERASURE_STATUSES, type ErasureKind, type ErasureStatus } from '../erasure.entity';
import { ContentTarget } from './content-target.inputs';

const ErasureKindEnum = publishEnum('ErasureKind', ERASURE_KINDS, 'The content that an erasure concerns.', {
  DOCUMENT: { description: 'A document: its events, with all their deliveries and requests.' },
  PERSON: { description: 'A user: their events, with all deliveries and requests of these, and their personal data.' },
  CONTENT: { description: 'Requests that met a filter, with their events, and all deliveries and requests of these.' },
  RETENTION: { description: 'Content that has passed its retention limit (`setRetention`).' },
  REPEATED: { description: 'Content that had been erased before a backup was restored, and is erased again.' },
});

const ErasureStatusEnum = publishEnum('ErasureStatus', ERASURE_STATUSES, 'The state of an erasure.', {
  REQUESTED: { description: 'Its `approval` is WAITING.' },
  ORDERED: { description: 'Ordered or in progress. It begins when its audit entry is sealed, after about a second.' },
  DEFERRED: {
    description:
      'Some rows are kept for the reason in `deferredReason`. It continues by itself when nothing keeps them.',
  },
  DONE: { description: 'All rows were erased.' },
  DECLINED: { description: 'It was declined.' },
});

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('Erasure', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'An erasure of content, by the order of a user or by a retention limit. It does not contain the name of a ' +
    'document, because it is kept after the content is gone.',
})
export class ErasureType extends NodeType {
  @Field(() => ErasureKindEnum, { description: 'The content that the erasure concerns.' })
  kind: ErasureKind;

  @Field(() => ErasureStatusEnum, { description: 'The state of the erasure.' })
  status: ErasureStatus;

  @Field(() => Int, {
    description: 'The number of events, deliveries and requests with content at the time of the order.',
  })
  rowCount: number;

  @Field(() => Int, {
    description:
      'The number of things of others that the erasure took at the time of the order: reasons in the audit trail, open ' +
      'replays and valid exports. If there were any, it needs an approval.',
  })
  otherCount: number;

  @Field(() => Int, { description: 'The number of events, deliveries and requests that were erased so far.' })
  erasedCount: number;

  @Field(() => Int, { description: 'The number of rows that the last step kept.' })
  deferredCount: number;

  @Field(() => String, { nullable: true, description: 'Why the last step kept rows; null: it kept none.' })
  deferredReason: string | null;

  @Field(() => String, { description: 'The reason for the erasure.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When the erasure was ordered. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the erasure became DONE or DECLINED; null: it is not finished.',
  })
  finishedAt: Date | null;
}

export const ErasureConnection = connectionOf('Erasure', () => ErasureType);

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('Recipient', {
  simpleResolvers: true,
  description:
    'A partner that has received requests, or may have received them. It must be informed of their erasure ' +
    '(GDPR Art. 19).',
})
export class RecipientType {
  @Field(() => String, { description: 'The name of the webhook that sent the requests.' })
  webhookName: string;

  @Field(() => String, { description: 'The host of the URLs, with its port; empty: it is no longer known.' })
  host: string;

  @Field(() => GraphQLDateTime, { description: 'When the first of the requests began.' })
  firstAt: Date;

  @Field(() => GraphQLDateTime, { description: 'When the last of the requests began.' })
  lastAt: Date;

  @Field(() => Int, { description: 'The number of requests.' })
  requestCount: number;
}

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('ErasurePreview', { simpleResolvers: true, description: 'What an erasure would concern now.' })
export class ErasurePreviewType {
  @Field(() => Int, { description: 'The number of events, deliveries and requests whose content would be erased.' })
  rowCount: number;

  @Field(() => Int, { description: 'The number of events among `rowCount`.' })
  eventCount: number;

  @Field(() => Int, { description: 'The number of deliveries among `rowCount`.' })
  deliveryCount: number;

  @Field(() => Int, { description: 'The number of requests among `rowCount`.' })
  requestCount: number;

  @Field(() => Int, {
    description: 'The number of `rowCount` that a legal hold covers: they are kept until it is released.',
  })
  heldCount: number;

  @Field(() => Int, { description: 'The number of rows whose content is erased already.' })
  erasedCount: number;

  @Field(() => Boolean, {
    description:
      'Whether the erasure needs an approval: it has more than 100 rows, together with those that you have ordered alone in ' +
      'the last 24 hours; it takes something of others: reasonCount, replayCount or exportCount is not 0; or it is of a user ' +
      'who has ordered an erasure, requested the release of a hold, or decided about one.',
  })
  needsSecondPerson: boolean;

  @Field(() => Boolean, {
    description:
      'Whether all rows are counted; false: the user has more than 10,000 events or requests, and only the ' +
      'first are counted.',
  })
  complete: boolean;
}

@InputType('PreviewErasureInput', { description: 'What is to be erased.' })
export class PreviewErasureInput {
  @Field(() => ContentTarget, { description: 'The document, the user, or the requests.' })
  target: ContentTarget;
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

export const ErasureWhere = whereOf('ErasureWhere', 'erasures', 'Erasures that meet all of these conditions.', {
  id: by.id('Erasure', 'The id of the erasure: { eq: "ers_..." }.'),
  kind: by.value(enumFilter('ErasureKind', ErasureKindEnum), 'The content: { eq: PERSON }.'),
  status: by.value(
    enumFilter('ErasureStatus', ErasureStatusEnum),
    'The status: { eq: REQUESTED } for those that wait for an approval.',
  ),
  user: by.link(() => UserWhere, 'PERSON: the user.'),
  orderedBy: by.link(() => UserWhere, 'The user who ordered the erasure.', { column: 'ordered_by' }),
  createdAt: by.idTime('When the erasure was ordered.'),
  finishedAt: by.optionalTime('When the erasure became DONE or DECLINED; { isNull: true }: it is not finished.'),
});
export type ErasureWhere = InstanceType<typeof ErasureWhere>;
