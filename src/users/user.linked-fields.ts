import { withExample } from '../graphql/example';
import { connectionOf } from '../graphql/lists/connection';
import { byTime } from '../graphql/lists/time-order';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { HasRole, Public } from '../graphql/roles/has-role';
import { byId, link, ofContext, page, pageBelow } from '../read-plan/linked-field';
import { linkedFields, rootFields } from '../read-plan/linked-fields';
import { rowList, rowType } from '../read-plan/row-type';
import { READERS } from '../viewer';
import { API_KEYS, apiKeysById } from './api-key.store';
import { API_KEY_FILTER, ApiKeyListArgs } from './api-key-where.inputs';
import { USER_FILTER, UserListArgs, userOrder } from './user.inputs';
import { USERS, usersById } from './user.store';
import { ApiKeyType, UserConnection, UserType } from './user.type';

export const USER = rowType('User', () => UserType, USERS, usersById);
export const API_KEY = rowType('ApiKey', () => ApiKeyType, API_KEYS, apiKeysById);

const ApiKeyConnection = connectionOf('ApiKey', () => ApiKeyType);

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

const apiKeys = rowList(API_KEY, {
  connection: () => ApiKeyConnection,
  args: () => ApiKeyListArgs,
  listQuery: (args) => ({
    listing: API_KEYS,
    condition: conditionOf(args.where, API_KEY_FILTER),
    order: byTime('ApiKey', args.orderBy),
    args,
  }),
});

export const userLinkedFields = [
  rootFields({
    viewer: ofContext(USER, ({ viewer }) => viewer?.userId ?? null, {
      access: Public(),
      description: withExample(
        'The user whom your API key authenticates; null without an API key, and for a PUBLISHER, who may not read.',
        '{ viewer { name roles } }',
      ),
    }),
    user: byId(USER, 'The id of the user, `usr_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The user with this id; null when there is none.',
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
    apiKeys: page(apiKeys, {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'The API keys of all users, including revoked and expired ones, newest first. Tokens are never shown.',
        '{ apiKeys(where: { revokedAt: { isNull: true }, expiresAt: { lt: "2026-04-01T00:00:00Z" } }) { nodes { label ' +
          'keyId expiresAt user { name } } } }',
      ),
    }),
  }),
  linkedFields(USER, {
    apiKeys: pageBelow(apiKeys, 'user_id', {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: 'The API keys of this user, including revoked ones, newest first.',
    }),
  }),
  linkedFields(API_KEY, { user: link(USER, 'userId', 'The user whom the key authenticates.') }),
];
