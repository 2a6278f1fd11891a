import { whereAsJson } from '../graphql/lists/stored-where';
import { rawJson, type SqlFields } from '../read-plan/sql-fields';

export const replaySqlFields: readonly SqlFields[] = [
  {
    type: 'Replay',
    fields: {
      where: rawJson(
        (row) => row.column('condition'),
        (raw) => whereAsJson(raw as string | null),
      ),
    },
  },
];
