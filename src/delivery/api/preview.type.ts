import { Field, ObjectType } from 'type-graphql';
import { HasRole } from '../../graphql/roles/has-role';
import { HttpHeaderType } from '../../request-log/api/request-log.type';
import { WebhookMethodEnum } from '../../webhooks/api/request.type';
import type { Method } from '../../webhooks/webhook.entity';
import type { SkipReason } from '../delivery.entity';
import { SkipReasonEnum } from './delivery.type';

@HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
@ObjectType('PreviewedRequest', {
  simpleResolvers: true,
  description: 'A rendered request. It has no signature, which is made when sending.',
})
export class PreviewedRequestType {
  @Field(() => WebhookMethodEnum, { description: 'The HTTP method.' })
  method: Method;

  @Field(() => String, { description: 'The URL, with its template evaluated.' })
  url: string;

  @Field(() => [HttpHeaderType], {
    description:
      'The headers, at most 100, including those of credentials, whose secret values are replaced by [secret].',
  })
  headers: { name: string; value: string }[];

  @Field(() => String, { description: 'The body as text, at most 256 KiB.' })
  body: string;
}

@HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
@ObjectType('WebhookPreview', { simpleResolvers: true, description: 'How a webhook would deliver an event.' })
export class WebhookPreviewType {
  @Field(() => Boolean, { description: 'Whether the webhook is for events of this document type and name.' })
  matches: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the condition is true; null: there is no condition, or it cannot be evaluated.',
  })
  conditionHolds: boolean | null;

  @Field(() => SkipReasonEnum, {
    nullable: true,
    description:
      'Why nothing would be sent: CONDITION_FALSE, CONDITION_ERROR or TEMPLATE_ERROR; null: the event would be sent if it ' +
      '`matches`. WEBHOOK_DISABLED, DUPLICATE and LOOP are decided only when an event is published.',
  })
  skipReason: SkipReason | null;

  @Field(() => String, { nullable: true, description: 'The skip reason in a sentence; null: none.' })
  skipMessage: string | null;

  @Field(() => PreviewedRequestType, {
    nullable: true,
    description: 'The request, even if the condition is false; null: a template fails.',
  })
  request: PreviewedRequestType | null;
}
