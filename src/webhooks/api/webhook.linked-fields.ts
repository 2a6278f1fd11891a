import { withExample } from '../../graphql/example';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { byId, link, page, pageBelow } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { USER } from '../../users/user.linked-fields';
import { READERS } from '../../viewer';
import { WEBHOOKS, webhooksById } from '../webhook.store';
import { WebhookConnection, WebhookType } from './webhook.type';
import { WEBHOOK_FILTER, WebhookListArgs, webhookOrder } from './webhook-where.inputs';

export const WEBHOOK = rowType('Webhook', () => WebhookType, WEBHOOKS, webhooksById);

const webhooks = rowList(WEBHOOK, {
  connection: () => WebhookConnection,
  args: () => WebhookListArgs,
  listQuery: (args) => ({
    listing: WEBHOOKS,
    condition: conditionOf(args.where, WEBHOOK_FILTER),
    order: webhookOrder(args.orderBy),
    args,
  }),
});

export const webhookLinkedFields = [
  rootFields({
    webhook: byId(WEBHOOK, 'The id of the webhook, `whk_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The webhook with this id; null: there is none.',
        '{ webhook(id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { name status requests(first: 10) { nodes { status ' +
          'startedAt } } } }',
      ),
    }),
    webhooks: page(webhooks, {
      access: HasRole(...READERS),
      description: withExample(
        'All webhooks, including archived ones, newest first.',
        '{ webhooks(where: { status: { in: [PAUSED, DISABLED] } }) { nodes { name statusReason owner { name } } } }',
      ),
    }),
  }),
  linkedFields(WEBHOOK, {
    owner: link(USER, 'ownerId', 'The user who is responsible for the webhook.'),
    statusChangedBy: link(
      USER,
      'statusChangedBy',
      'The user who last paused, resumed or archived the webhook; null: no user did, or Hookledger has disabled it since.',
    ),
  }),
  linkedFields(USER, {
    webhooks: pageBelow(webhooks, 'owner_id', {
      description: 'The webhooks that this user owns, newest first by default.',
    }),
  }),
];
