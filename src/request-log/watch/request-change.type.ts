import { Field, ID, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { RequestLogType } from '../api/request-log.type';
import { CHANGE_KINDS, type ChangeKind } from '../feed/request-change.entity';
import type { RequestRow } from '../request-log.store';

const ChangeKindEnum = publishEnum('WebhookRequestLogChangeKind', CHANGE_KINDS, 'The kind of a change.', {
  OPENED: { description: 'The request began. Its outcome is not known.' },
  CLOSED: {
    description: 'The request finished. If it began and finished in one transaction, this is its only change.',
  },
});

@ObjectType('WebhookRequestLogChange', {
  simpleResolvers: true,
  description: 'A change of the log: a request began or finished. Most requests have both changes.',
})
export class RequestChangeType {
  @Field(() => ID, {
    description:
      'The position of the change in the feed. To resume after it, pass it as `after`. It is opaque, such as ' +
      '"chg_2s.1.0_1.1_4f_0_5d0c9a1e_mi3x0k2g". On a text/event-stream it is also the `id` of the event.',
  })
  id: string;

  @Field(() => ChangeKindEnum, { description: 'Whether the request began or finished.' })
  kind: ChangeKind;

  @Field(() => Int, {
    description:
      'The number of changes that were dropped immediately before this one because the client reads too slowly; 0 if ' +
      'none. At most 1,000 changes wait for each subscription. To receive the dropped changes, subscribe again with ' +
      'the id of the previous change in `after`.',
  })
  dropped: number;

  @Field(() => RequestLogType, {
    description:
      'The current state of the request. If it has finished since, an OPENED change already has the outcome.',
  })
  webhookRequestLog: RequestRow;
}
