import { rawJson, type SqlFields } from '../read-plan/sql-fields';

export const replaySqlFields: readonly SqlFields[] = [
  { type: 'Replay', fields: { where: rawJson((row) => row.column('condition'), undefined) } },
];
