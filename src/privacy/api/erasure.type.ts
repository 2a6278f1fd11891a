import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { ERASURE_KINDS, ERASURE_STATUSES, type ErasureKind, type ErasureStatus } from '../erasure.entity';

export const ErasureKindEnum = publishEnum('ErasureKind', ERASURE_KINDS, 'The content that an erasure concerns.', {
  DOCUMENT: { description: 'A document: its events, with all their deliveries and requests.' },
  PERSON: { description: 'A user: their events, with all deliveries and requests of these, and their personal data.' },
  CONTENT: { description: 'Requests that met a filter, with their events, and all deliveries and requests of these.' },
  RETENTION: { description: 'Content that has passed its retention limit (`setRetention`).' },
  REPEATED: { description: 'Content that had been erased before a backup was restored, and is erased again.' },
});

export const ErasureStatusEnum = publishEnum('ErasureStatus', ERASURE_STATUSES, 'The state of an erasure.', {
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
