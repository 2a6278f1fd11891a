import { withExample } from '../graphql/example';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { HasRole, Public } from '../graphql/roles/has-role';
import { byId, ofContext, page } from '../read-plan/linked-field';
import { rootFields } from '../read-plan/linked-fields';
import { rowList, rowType } from '../read-plan/row-type';
import { READERS } from '../viewer';
import { USER_FILTER, UserListArgs, userOrder } from './user.inputs';
import { USERS, usersById } from './user.store';
import { UserConnection, UserType } from './user.type';

export const USER = rowType('User', () => UserType, USERS, usersById);

const users = rowList(USER, {
  connection: () => UserConnection,
  args: () => UserListArgs,
  listQuery: (args) => ({
    listing: USERS,
    condition: conditionOf(args.where, USER_FILTER),
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
