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
  description: 'A request as it would be frozen; the signature is made at sending.',
})
export class PreviewedRequestType {
  @Field(() => WebhookMethodEnum, { description: 'The HTTP method.' })
  method: Method;

  @Field(() => String, { description: 'The URL with its template filled in.' })
  url: string;

  @Field(() => [HttpHeaderType], {
    description: 'As they would be sent, at most 100, with credentials, whose values are masked.',
  })
  headers: { name: string; value: string }[];

  @Field(() => String, { description: 'The body as text, at most 256 KiB.' })
  body: string;
}

@HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
@ObjectType('WebhookPreview', { simpleResolvers: true, description: 'What a webhook would make of an event.' })
export class WebhookPreviewType {
  @Field(() => Boolean, { description: 'Whether it asks for events of this document type and name at all.' })
  matches: boolean;

  @Field(() => Boolean, { nullable: true, description: 'null: it has no condition, or the condition fails.' })
  conditionHolds: boolean | null;

  @Field(() => SkipReasonEnum, {
    nullable: true,
    description:
      'Why nothing would be sent; null: it would, if it `matches`. CONDITION_FALSE, CONDITION_ERROR or TEMPLATE_ERROR: ' +
      'the others (WEBHOOK_DISABLED, DUPLICATE, LOOP) depend on what there is when it happens.',
  })
  skipReason: SkipReason | null;

  @Field(() => String, { nullable: true, description: 'The reason in a sentence.' })
  skipMessage: string | null;

  @Field(() => PreviewedRequestType, {
    nullable: true,
    description: 'Also where the condition decides against the event; null: a template fails.',
  })
  request: PreviewedRequestType | null;
}
