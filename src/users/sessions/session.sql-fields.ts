import { rawJson, type SqlFields } from '../../read-plan/sql-fields';

export const sessionSqlFields: readonly SqlFields[] = [
  {
    type: 'Session',
    fields: {
      current: rawJson(
        (row) => `to_json(${row.column('id')})`,
        (id, { viewer }) => viewer?.sessionId === id,
      ),
    },
  },
];
