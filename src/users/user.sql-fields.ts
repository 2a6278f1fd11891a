import { byTime } from '../graphql/lists/time-order';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { uuidOf } from '../ids';
import { link, type RowSource, type SqlFields } from '../read-plan/sql-fields';
import { jsonOf, literal } from '../sql/json-sql';
import { ROLES } from '../viewer';
import { API_KEYS } from './api-key.store';
import { API_KEY_FILTER, type ApiKeyListArgs } from './api-key-where.inputs';
import { USER_FILTER, type UserListArgs, userOrder } from './user.inputs';
import { USERS } from './user.store';

const KNOWN_ROLES = literal(`{${ROLES.join(',')}}`);

function knownRoles(row: RowSource): string {
  return `array(select role from unnest(${row.column('roles')}) as role where role = any(${KNOWN_ROLES}))`;
}

export const userSqlFields: readonly SqlFields[] = [
  {
    type: 'User',
    listing: USERS,
    fields: {
      roles: { kind: 'value', json: (row) => jsonOf(knownRoles(row), false) },
    },
  },
  {
    type: 'ApiKey',
    listing: API_KEYS,
    fields: {
      roles: {
        kind: 'value',
        json: (row) => jsonOf(`case when ${row.column('roles')} is not null then ${knownRoles(row)} end`, true),
      },
      user: link('User', 'user_id'),
    },
  },
  {
    type: 'User',
    fields: {
      apiKeys: { kind: 'pages', of: 'ApiKey', column: 'user_id', list: (args) => keysOf(args as ApiKeyListArgs) },
    },
  },
  {
    type: 'Query',
    fields: {
      viewer: { kind: 'one', of: 'User', id: (_args, { viewer }) => viewer?.userId ?? null },
      user: { kind: 'one', of: 'User', id: (args) => uuidOf('User', (args as { id: string }).id) },
      users: { kind: 'pages', of: 'User', column: null, list: (args) => usersQuery(args as UserListArgs) },
    },
  },
];

function usersQuery(args: UserListArgs) {
  return { listing: USERS, condition: conditionOf(args.where, USER_FILTER), order: userOrder(args.orderBy), args };
}

function keysOf(args: ApiKeyListArgs) {
  const condition = conditionOf(args.where, API_KEY_FILTER);
  return { listing: API_KEYS, condition, order: byTime('ApiKey', args.orderBy), args };
}
