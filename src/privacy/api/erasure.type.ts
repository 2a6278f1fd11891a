import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { ERASURE_KINDS, ERASURE_STATES, type ErasureKind, type ErasureState } from '../erasure.entity';

const ErasureKindEnum = publishEnum('ErasureKind', ERASURE_KINDS, 'What an erasure is about.', {
  DOCUMENT: { description: 'A document: its events, with all deliveries and requests.' },
  PERSON: { description: 'A user: their events, with all deliveries and requests, and who they were.' },
  CONTENT: { description: 'Requests that met a filter, with their events and all deliveries and requests of these.' },
  RETENTION: { description: 'What a limit says.' },
  REPEATED: { description: 'What was erased before a backup was restored, and is erased again.' },
});

const ErasureStateEnum = publishEnum('ErasureState', ERASURE_STATES, 'How far an erasure is.', {
  REQUESTED: { description: 'It waits for `approveErasure` of a second person.' },
  ORDERED: { description: 'It begins when its order is sealed, after about a second, or is in progress.' },
  DEFERRED: { description: 'Some rows are kept, as `deferredBecause` says. It goes on by itself.' },
  DONE: { description: 'Everything was erased.' },
  DECLINED: { description: 'The second person has declined it.' },
});

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('Erasure', {
  simpleResolvers: true,
  description: 'An order to erase content. It has no name of a document, because it outlives what it erases.',
})
export class ErasureType {
  @Field(() => ID, { description: 'The id, a UUID.' })
  id: string;

  @Field(() => ErasureKindEnum, { description: 'What it is about.' })
  kind: ErasureKind;

  @Field(() => ErasureStateEnum, { description: 'How far it is.' })
  state: ErasureState;

  @Field(() => Int, { description: 'Events, deliveries and requests with content when it was ordered.' })
  rowCount: number;

  @Field(() => Int, { description: 'Events, deliveries and requests that were erased so far.' })
  erasedCount: number;

  @Field(() => Int, { description: 'Rows that the last step has kept.' })
  deferredCount: number;

  @Field(() => String, { nullable: true, description: 'Why the last step has kept rows; null: it has kept none.' })
  deferredBecause: string | null;

  @Field(() => String, { description: 'Why it was ordered.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When it was ordered.' })
  orderedAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the second person decided; null: no decision.' })
  decidedAt: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was DONE or DECLINED; null: it is open.' })
  finishedAt: Date | null;
}

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('Recipient', {
  simpleResolvers: true,
  description:
    'A partner that has received requests, or may have: it must be informed of their erasure (GDPR Art. 19).',
})
export class RecipientType {
  @Field(() => String, { description: 'The name of the webhook that sent them.' })
  webhookName: string;

  @Field(() => String, { description: 'The host of their URLs, with its port; empty: it is no longer known.' })
  host: string;

  @Field(() => GraphQLDateTime, { description: 'When the first of them began.' })
  firstAt: Date;

  @Field(() => GraphQLDateTime, { description: 'When the last of them began.' })
  lastAt: Date;

  @Field(() => Int, { description: 'How many.' })
  requests: number;
}

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('ErasurePreview', { simpleResolvers: true, description: 'What an order to erase would find now.' })
export class ErasurePreviewType {
  @Field(() => Int, { description: 'Events, deliveries and requests whose content would be erased.' })
  rows: number;

  @Field(() => Int, { description: 'The events among them.' })
  events: number;

  @Field(() => Int, { description: 'The deliveries among them.' })
  deliveries: number;

  @Field(() => Int, { description: 'The requests among them.' })
  requests: number;

  @Field(() => Int, { description: 'Those among them that a legal hold covers: they are kept until it is released.' })
  held: number;

  @Field(() => Int, { description: 'Rows whose content was erased already.' })
  erased: number;

  @Field(() => Boolean, {
    description:
      'Whether a second person must approve the order: more than 100 rows, with those that you have ordered alone in the last 24 hours.',
  })
  needsSecondPerson: boolean;

  @Field(() => Boolean, {
    description:
      'Whether all was counted; false: a user has more than 10,000 events or requests, and these are the first.',
  })
  complete: boolean;
}
