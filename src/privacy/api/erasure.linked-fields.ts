import { withExample } from '../../graphql/example';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { byId, link, page } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { USER } from '../../users/user.linked-fields';
import { ERASURES, erasuresById } from '../erasure.store';
import { ERASURE_FILTER, ErasureListArgs } from './erasure.inputs';
import { ErasureConnection, ErasureType } from './erasure.type';

export const ERASURE = rowType('Erasure', () => ErasureType, ERASURES, erasuresById);

const erasures = rowList(ERASURE, {
  connection: () => ErasureConnection,
  args: () => ErasureListArgs,
  listQuery: (args) => ({
    listing: ERASURES,
    condition: conditionOf(args.where, ERASURE_FILTER),
    order: byTime('Erasure', args.orderBy),
    args,
  }),
});

export const erasureLinkedFields = [
  rootFields({
    erasure: byId(ERASURE, 'The id of the erasure, `ers_...`.', {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'The erasure with this id; null: there is none.',
        '{ erasure(id: "ers_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status erasedCount deferredReason } }',
      ),
    }),
    erasures: page(erasures, {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'All erasures, newest first. With a limit there may be one every 10 minutes: `where` finds those that wait for an approval.',
        '{ erasures(where: { status: { eq: REQUESTED } }) { nodes { id kind reason orderedBy { name } } } }',
      ),
    }),
  }),
  linkedFields(ERASURE, {
    user: link(USER, 'userId', 'PERSON: the user; otherwise null.'),
    orderedBy: link(USER, 'orderedBy', 'The user who ordered the erasure; null: Hookledger itself.'),
  }),
];
