import { BUSINESS_EVENT } from '../../../events/business-event.linked-fields';
import { withExample } from '../../../graphql/example';
import { byTime } from '../../../graphql/lists/time-order';
import { conditionOf } from '../../../graphql/lists/where-to-sql';
import { HasRole } from '../../../graphql/roles/has-role';
import { link, newestBelow, page, pageBelow } from '../../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../../read-plan/linked-fields';
import { rowList, rowType } from '../../../read-plan/row-type';
import { WEBHOOK_REQUEST_LOG } from '../../../request-log/api/request-log.linked-fields';
import { READERS } from '../../../viewer';
import { WEBHOOK } from '../../../webhooks/api/webhook.linked-fields';
import { DEAD_LETTERS, deadLettersById } from '../../queue/dead-letter.store';
import { DELIVERY } from '../delivery.linked-fields';
import { DEAD_LETTER_FILTER, DeadLetterListArgs } from './dead-letter.inputs';
import { DeadLetterConnection, DeadLetterType } from './dead-letter.type';

export const DEAD_LETTER = rowType('DeadLetter', () => DeadLetterType, DEAD_LETTERS, deadLettersById);

const deadLetters = rowList(DEAD_LETTER, {
  connection: () => DeadLetterConnection,
  args: () => DeadLetterListArgs,
  listQuery: (args) => ({
    listing: DEAD_LETTERS,
    condition: conditionOf(args.where, DEAD_LETTER_FILTER),
    order: byTime('DeadLetter', args.orderBy),
    args,
  }),
});

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
