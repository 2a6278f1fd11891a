import { Field, ID, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { RequestLogType } from '../api/request-log.type';
import { CHANGE_KINDS, type ChangeKind } from '../feed/request-change.entity';
import type { RequestRow } from '../request-log.store';

const ChangeKindEnum = publishEnum('WebhookRequestLogChangeKind', CHANGE_KINDS, 'What happened to a request.', {
  OPENED: { description: 'It is about to be sent, or being received: its outcome is not known.' },
  CLOSED: { description: 'Its outcome is known. A request that was never open in between has this change alone.' },
});

@ObjectType('WebhookRequestLogChange', {
  simpleResolvers: true,
  description: 'A request was opened or closed. One that is opened and closed is told of twice.',
})
export class RequestChangeType {
  @Field(() => ID, {
    description:
      'Where it stands among all changes: give it to `after` to go on behind it. Opaque, such as ' +
      '"chg_2s.1.0_1.1_4f_0"; the `id` of the event on a text/event-stream.',
  })
  id: string;

  @Field(() => ChangeKindEnum, { description: 'What happened to the request.' })
  kind: ChangeKind;

  @Field(() => Int, {
    description:
      'How many changes right before this one were left out, because you took them too slowly: at most 1,000 wait for ' +
      'each subscription. 0: none is missing. To get them, subscribe with `after`: the id of the change before.',
  })
  dropped: number;

  @Field(() => RequestLogType, {
    description: 'The request as it stands now: an OPENED one that has been closed meanwhile has its outcome already.',
  })
  webhookRequestLog: RequestRow;
}
