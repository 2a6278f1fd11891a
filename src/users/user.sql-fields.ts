import type { RowSource, SqlFields } from '../read-plan/sql-fields';
import { jsonOf, literal } from '../sql/json-sql';
import { ROLES } from '../viewer';

const KNOWN_ROLES = literal(`{${ROLES.join(',')}}`);

function knownRoles(row: RowSource): string {
  return `array(select role from unnest(${row.column('roles')}) as role where role = any(${KNOWN_ROLES}))`;
}

export const userSqlFields: readonly SqlFields[] = [
  {
    type: 'User',
    fields: {
      roles: { kind: 'value', json: (row) => jsonOf(knownRoles(row), false) },
    },
  },
  {
    type: 'ApiKey',
    fields: {
      roles: {
        kind: 'value',
        json: (row) => jsonOf(`case when ${row.column('roles')} is not null then ${knownRoles(row)} end`, true),
      },
    },
  },
];
