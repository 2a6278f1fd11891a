import { FieldResolver, Resolver, Root } from 'type-graphql';
import { fieldsOf, headersOf } from '../request/request-settings';
import type { WebhookRow } from '../webhook.store';
import { BodyFieldType, WebhookHeaderType } from './request.type';
import { WebhookType } from './webhook.type';

@Resolver(() => WebhookType)
export class WebhookRequestResolver {
  @FieldResolver(() => [WebhookHeaderType], {
    description: 'The headers that were set for the webhook, at most 50, without secret headers.',
  })
  headers(@Root() row: WebhookRow) {
    return headersOf(row).map(([name, template]) => ({ name, template }));
  }

  @FieldResolver(() => [BodyFieldType], {
    nullable: true,
    description: 'The fields from which the body is made, at most 200; null: the body is made in another way.',
  })
  fields(@Root() row: WebhookRow) {
    return fieldsOf(row)?.map(([key, fieldname]) => ({ key, fieldname })) ?? null;
  }
}
