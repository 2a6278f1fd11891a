import { withExample } from '../../graphql/example';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { byId, link, page } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { USER } from '../../users/user.linked-fields';
import { READERS } from '../../viewer';
import { EXPORT_FILTER, ExportListArgs } from './export.inputs';
import { EXPORTS, exportsById } from './export.store';
import { ExportConnection, ExportType } from './export.type';

export const EXPORT = rowType('Export', () => ExportType, EXPORTS, exportsById);

const exportList = rowList(EXPORT, {
  connection: () => ExportConnection,
  args: () => ExportListArgs,
  listQuery: (args) => ({
    listing: EXPORTS,
    condition: conditionOf(args.where, EXPORT_FILTER),
    order: byTime('Export', args.orderBy),
    args,
  }),
});

export const exportLinkedFields = [
  rootFields({
    export: byId(EXPORT, 'The id of the export, `exp_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The export with this id; null: there is none.',
        '{ export(id: "exp_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { url expiresAt downloads completedAt } }',
      ),
    }),
    exports: page(exportList, {
      access: HasRole(...READERS),
      description: withExample(
        'All exports, including expired ones, newest first.',
        '{ exports(first: 50) { nodes { createdAt format includeContent rowsSent orderedBy { name } } } }',
      ),
    }),
  }),
  linkedFields(EXPORT, {
    orderedBy: link(USER, 'orderedBy', 'The user who created the export.'),
    user: link(USER, 'userId', 'PERSON: the user whom it is about; null: a person whom requests or events name.'),
  }),
];
