import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { BUSINESS_EVENT } from '../../events/business-event.resolver';
import { BusinessEventWhere } from '../../events/business-event.type';
import { publishEnum, withExample } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { enumFilter } from '../../graphql/lists/filter-inputs';
import { by, whereOf } from '../../graphql/lists/where';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { link, linkedFields, newestBelow, page, pageBelow, rootFields } from '../../read-plan/linked-fields';
import { rowType, timeList } from '../../read-plan/sql-fields';
import { WEBHOOK_REQUEST_LOG } from '../../request-log/api/request-log.resolver';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { DEAD_LETTER_KINDS, type DeadLetterKind } from '../queue/dead-letter.entity';
import { DEAD_LETTERS, deadLettersById } from '../queue/dead-letter.store';
import { DELIVERY } from './delivery.resolver';
import { DeliveryWhere } from './delivery.type';

const DeadLetterKindEnum = publishEnum('DeadLetterKind', DEAD_LETTER_KINDS, 'What cannot be done.', {
  JOB: { description: 'The next attempt of `delivery` cannot be begun.' },
  EVENT: { description: '`businessEvent` cannot be fanned out: it has no deliveries.' },
  DECISION: { description: 'Whether `businessEvent` is delivered to `webhook` cannot be decided.' },
  INDEX: { description: '`request` cannot be put into the search index: searches do not find it.' },
  COUNT_OPENED: { description: 'Statistics do not count `request` as PENDING.' },
  COUNT_CLOSED: { description: 'Statistics do not count `request`.' },
  COUNT_DELIVERIES: { description: 'Statistics do not count a change of the states of some deliveries to `webhook`.' },
});

@HasRole(...READERS)
@ObjectType('DeadLetter', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'Work that cannot be done because something in the database is wrong with it, such as a row that was edited by hand. All other ' +
    'work continues. It is tried again after 1 to 10 minutes, and the entry is deleted up to a minute after it is done.',
})
class DeadLetterType extends NodeType {
  @Field(() => DeadLetterKindEnum, { description: 'What cannot be done.' })
  kind: DeadLetterKind;

  @Field(() => String, {
    description:
      'The SQLSTATE of the error, such as "22003" (a number out of range) or "55P03" (another session has locked a row); or the name ' +
      'of an error that is not one of PostgreSQL.',
  })
  code: string;

  @HasRole('SYSTEM_MANAGER')
  @Field(() => String, {
    nullable: true,
    description:
      'The error, which may contain values of the row; "[erased]" after an erasure. null: the caller has not the role.',
  })
  error: string;

  @Field(() => Int, { description: 'How often it has failed.' })
  failures: number;

  @Field(() => GraphQLDateTime, { description: 'When it failed for the first time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { description: 'When it failed for the last time.' })
  failedAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it is tried again; null: now, or it was done.' })
  retryAt: Date | null;
}

const DeadLetterConnection = connectionOf('DeadLetter', () => DeadLetterType);

export const DeadLetterWhere = whereOf(
  'DeadLetterWhere',
  'dead_letters',
  'Dead letters that meet all of these conditions.',
  {
    id: by.id('DeadLetter', 'The id of the dead letter: { eq: "dlt_..." }.'),
    kind: by.value(enumFilter('DeadLetterKind', DeadLetterKindEnum), 'What cannot be done: { in: [JOB, EVENT] }.'),
    code: by.text('The SQLSTATE or the name of the error: { eq: "22003" }.'),
    webhook: by.link(() => WebhookWhere, 'DECISION, COUNT_DELIVERIES: the webhook.'),
    delivery: by.link(() => DeliveryWhere, 'JOB: the delivery whose attempt cannot be begun.'),
    businessEvent: by.link(() => BusinessEventWhere, 'EVENT, DECISION: the event.'),
  },
);
export type DeadLetterWhere = InstanceType<typeof DeadLetterWhere>;

export const DEAD_LETTER = rowType('DeadLetter', () => DeadLetterType, DEAD_LETTERS, deadLettersById);

const deadLetters = timeList(DEAD_LETTER, DeadLetterWhere, { connection: () => DeadLetterConnection });

export const deadLetterLinkedFields = [
  rootFields({
    deadLetters: page(deadLetters, {
      access: HasRole(...READERS),
      description: withExample(
        'What cannot be done because something in the database is wrong with it, newest first. Empty: all is well.',
        '{ deadLetters(first: 100) { nodes { kind code failures createdAt retryAt delivery { id } businessEvent { id } } } }',
      ),
    }),
  }),
  linkedFields(DEAD_LETTER, {
    delivery: link(DELIVERY, 'deliveryId', 'JOB: the delivery whose attempt cannot be begun.'),
    businessEvent: link(BUSINESS_EVENT, 'businessEventId', 'EVENT, DECISION: the event.'),
    webhook: link(WEBHOOK, 'webhookId', 'DECISION, COUNT_DELIVERIES: the webhook.'),
    request: link(WEBHOOK_REQUEST_LOG, 'requestId', 'INDEX, COUNT_OPENED, COUNT_CLOSED: the request.'),
  }),
  linkedFields(DELIVERY, {
    deadLetter: newestBelow(
      DEAD_LETTER,
      'delivery_id',
      'Why the next attempt cannot be begun: something in the database is wrong; null: it can be.',
    ),
  }),
  linkedFields(BUSINESS_EVENT, {
    deadLetters: pageBelow(deadLetters, 'business_event_id', {
      description:
        'Why the event, or the decisions about it for some webhooks, cannot be fanned out, newest first. Empty: nothing is wrong.',
    }),
  }),
];
