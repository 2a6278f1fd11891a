import { FieldResolver, Resolver, Root } from 'type-graphql';
import { fieldsOf, headersOf } from '../request/request-settings';
import type { WebhookRow } from '../webhook.store';
import { BodyFieldType, WebhookHeaderType } from './request.type';
import { WebhookType } from './webhook.type';

@Resolver(() => WebhookType)
export class WebhookRequestResolver {
  @FieldResolver(() => [WebhookHeaderType], {
    description: 'Its own headers, at most 50, without those that carry secrets.',
  })
  headers(@Root() row: WebhookRow) {
    return headersOf(row).map(([name, template]) => ({ name, template }));
  }

  @FieldResolver(() => [BodyFieldType], {
    nullable: true,
    description: 'What the body is made from, without a template: at most 200 fields; null: it has another form.',
  })
  fields(@Root() row: WebhookRow) {
    return fieldsOf(row)?.map(([key, fieldname]) => ({ key, fieldname })) ?? null;
  }
}
