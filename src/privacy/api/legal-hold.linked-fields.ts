import { withExample } from '../../graphql/example';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { byId, link, page } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { USER } from '../../users/user.linked-fields';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { LEGAL_HOLDS, legalHoldsById } from '../legal-hold.store';
import { LEGAL_HOLD_FILTER, LegalHoldListArgs } from './legal-hold.inputs';
import { LegalHoldConnection, LegalHoldType } from './legal-hold.type';

export const LEGAL_HOLD = rowType('LegalHold', () => LegalHoldType, LEGAL_HOLDS, legalHoldsById);

const legalHolds = rowList(LEGAL_HOLD, {
  connection: () => LegalHoldConnection,
  args: () => LegalHoldListArgs,
  listQuery: (args) => ({
    listing: LEGAL_HOLDS,
    condition: conditionOf(args.where, LEGAL_HOLD_FILTER),
    order: byTime('LegalHold', args.orderBy),
    args,
  }),
});

export const legalHoldLinkedFields = [
  rootFields({
    legalHold: byId(LEGAL_HOLD, 'The id of the hold, `hld_...`.', {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'The legal hold with this id; null: there is none.',
        '{ legalHold(id: "hld_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { name reason releasedAt placedBy { name } } }',
      ),
    }),
    legalHolds: page(legalHolds, {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'All legal holds, including released ones, newest first.',
        '{ legalHolds(where: { releasedAt: { isNull: true } }) { nodes { id name documentType referenceDocument reason placedBy { name } } } }',
      ),
    }),
  }),
  linkedFields(LEGAL_HOLD, {
    webhook: link(WEBHOOK, 'webhookId', 'The webhook whose requests and deliveries are held; null: any.'),
    user: link(USER, 'userId', 'The user whose events are held; null: any.'),
    placedBy: link(USER, 'placedBy', 'The user who placed the hold.'),
  }),
];
