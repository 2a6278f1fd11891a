import { withExample } from '../../graphql/example';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { link, page, pageBelow } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { USER } from '../user.linked-fields';
import { API_KEYS, apiKeysById } from './api-key.store';
import { ApiKeyConnection, ApiKeyType } from './api-key.type';
import { API_KEY_FILTER, ApiKeyListArgs } from './api-key-where.inputs';

export const API_KEY = rowType('ApiKey', () => ApiKeyType, API_KEYS, apiKeysById);

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

export const apiKeyLinkedFields = [
  rootFields({
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
  linkedFields(API_KEY, {
    user: link(USER, 'userId', 'The user whom the key authenticates.'),
    revokedBy: link(
      USER,
      'revokedBy',
      'The user who revoked the key; null: it is not revoked, or Hookledger replaced it at a start.',
    ),
  }),
];
