import { conditionOf } from '../../graphql/lists/where-to-sql';
import { uuidOf } from '../../ids';
import { link, rawJson, type SqlFields } from '../../read-plan/sql-fields';
import { withoutSecrets } from '../credentials/shown-url';
import { WEBHOOKS } from '../webhook.store';
import { WEBHOOK_FILTER, type WebhookListArgs, webhookOrder } from './webhook-where.inputs';

export const webhookSqlFields: readonly SqlFields[] = [
  {
    type: 'Webhook',
    listing: WEBHOOKS,
    fields: {
      owner: link('User', 'owner_id'),
      url: {
        ...rawJson(
          (row) => row.column('url'),
          (url) => url && withoutSecrets(url as string),
        ),
        whenContentAllowed: 'PLAIN',
      },
    },
  },
  {
    type: 'User',
    fields: {
      webhooks: {
        kind: 'pages',
        of: 'Webhook',
        column: 'owner_id',
        list: (args) => listed(args as WebhookListArgs),
      },
    },
  },
  {
    type: 'Query',
    fields: {
      webhook: { kind: 'one', of: 'Webhook', id: (args) => uuidOf('Webhook', (args as { id: string }).id) },
      webhooks: { kind: 'pages', of: 'Webhook', column: null, list: (args) => listed(args as WebhookListArgs) },
    },
  },
];

function listed(args: WebhookListArgs) {
  const condition = conditionOf(args.where, WEBHOOK_FILTER);
  return { listing: WEBHOOKS, condition, order: webhookOrder(args.orderBy), args };
}
