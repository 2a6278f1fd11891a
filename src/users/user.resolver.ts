import { READERS, ROLES } from '../access/viewer';
import { withExample } from '../graphql/directives';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { HasRole, Public } from '../graphql/roles/has-role';
import { byId, ofContext, page, rootFields } from '../read-plan/linked-fields';
import { type RowSource, rowList, rowType, type SqlFields } from '../read-plan/sql-fields';
import { jsonOf, literal } from '../sql/json-sql';
import { USERS, usersById } from './user.store';
import { UserConnection, UserListArgs, UserType, UserWhere, userOrder } from './user.type';

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

export const USER = rowType('User', () => UserType, USERS, usersById);

const users = rowList(USER, {
  connection: () => UserConnection,
  args: () => UserListArgs,
  listQuery: (args) => ({
    listing: USERS,
    condition: conditionOf(args.where, UserWhere.filter),
    order: userOrder(args.orderBy),
    args,
  }),
});

export const userLinkedFields = [
  rootFields({
    viewer: ofContext(USER, ({ viewer }) => viewer?.userId ?? null, {
      access: Public(),
      description: withExample(
        'The user whom your API key or session authenticates; null: neither was sent, or the user is only a ' +
          'PUBLISHER, who may not read.',
        '{ viewer { name roles } }',
      ),
    }),
    user: byId(USER, 'The id of the user, `usr_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The user with this id; null: there is none.',
        '{ user(id: "usr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { name roles webhooks { nodes { name } } } }',
      ),
    }),
    users: page(users, {
      access: HasRole(...READERS),
      description: withExample(
        'All users, including those that were only named in an event, newest first.',
        '{ users(where: { name: { startsWith: "amina" } }) { nodes { id name active } totalCount } }',
      ),
    }),
  }),
];
