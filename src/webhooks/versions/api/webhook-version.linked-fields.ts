import { byTime } from '../../../graphql/lists/time-order';
import { conditionOf } from '../../../graphql/lists/where-to-sql';
import { link, pageBelow } from '../../../read-plan/linked-field';
import { linkedFields } from '../../../read-plan/linked-fields';
import { rowList, rowType } from '../../../read-plan/row-type';
import { withCommas } from '../../../text';
import { USER } from '../../../users/user.linked-fields';
import { WEBHOOK } from '../../api/webhook.linked-fields';
import { MAX_VERSIONS } from '../../setting-limits';
import { WEBHOOK_VERSIONS, webhookVersionsById } from '../webhook-version.store';
import { WEBHOOK_VERSION_FILTER, WebhookVersionListArgs } from './webhook-version.inputs';
import { WebhookVersionConnection, WebhookVersionType } from './webhook-version.type';

export const WEBHOOK_VERSION = rowType(
  'WebhookVersion',
  () => WebhookVersionType,
  WEBHOOK_VERSIONS,
  webhookVersionsById,
);

const versions = rowList(WEBHOOK_VERSION, {
  connection: () => WebhookVersionConnection,
  args: () => WebhookVersionListArgs,
  listQuery: (args) => ({
    listing: WEBHOOK_VERSIONS,
    condition: conditionOf(args.where, WEBHOOK_VERSION_FILTER),
    order: byTime('WebhookVersion', args.orderBy),
    args,
  }),
});

export const webhookVersionLinkedFields = [
  linkedFields(WEBHOOK_VERSION, {
    webhook: link(WEBHOOK, 'webhookId', 'The webhook whose settings they were.'),
    createdBy: link(USER, 'createdBy', 'The user who made the change; null: Hookledger itself.'),
  }),
  linkedFields(WEBHOOK, {
    versions: pageBelow(versions, 'webhook_id', {
      description: `The settings after each change, newest first; the latest ${withCommas(MAX_VERSIONS)} are kept.`,
    }),
  }),
];
