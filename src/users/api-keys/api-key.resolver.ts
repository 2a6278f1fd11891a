import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { knownRoles, type Role, type Viewer } from '../../access/viewer';
import { checkInput, ShortText } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { by, whereOf } from '../../graphql/lists/where';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { link, linkedFields, page, pageBelow, rootFields } from '../../read-plan/linked-fields';
import { rowType, timeList } from '../../read-plan/sql-fields';
import { uuidOf } from '../../values/ids';
import { USER } from '../user.resolver';
import { RoleEnum, RoleListFilter, UserWhere } from '../user.type';
import { API_KEYS, type ApiKeyRow, apiKeysById } from './api-key.store';
import { createApiKey, MAX_LIVE_API_KEYS, revokeApiKey } from './api-keys';

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('ApiKey', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'A key that authenticates a user: `Authorization: Bearer hl_...`. Only a hash of its token is stored.',
})
export class ApiKeyType extends NodeType {
  @Field(() => String, { description: 'What the key is for, as given to createApiKey.' })
  label: string;

  @Field(() => String, {
    description: 'The eight characters after `hl_`. They identify the key and do not authenticate.',
  })
  keyId: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'The networks from which the key may be used, 1 to 50 in CIDR form, such as "10.0.0.0/8"; null: from everywhere.',
  })
  networks: string[] | null;

  @Field(() => GraphQLDateTime, { description: 'When the key was created. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the key expires; null: never.',
  })
  expiresAt: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the key was revoked; null: it was not revoked.' })
  revokedAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the key was last used, to the minute; null: never.',
  })
  lastUsedAt: Date | null;
}

const ApiKeyConnection = connectionOf('ApiKey', () => ApiKeyType);

@InputType('CreateApiKeyInput', { description: 'A new API key.' })
class CreateApiKeyInput {
  @Field(() => ID, { description: 'The user whom the key authenticates, `usr_...`.' })
  userId: string;

  @ShortText()
  @Field(() => String, { description: 'What the key is for, 1 to 200 characters.' })
  label: string;

  @Field(() => [RoleEnum], {
    nullable: true,
    description: "The roles of the key, a subset of the user's roles. Default: all roles of the user.",
  })
  roles?: Role[] | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When the key expires, a time in the future. Default: 365 days from now. The event `api_key.expiring` ' +
      'announces the end 30 and 7 days before.',
  })
  expiresAt?: Date | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'The networks from which the key may be used, 1 to 50 in CIDR form, IPv4 or IPv6: ["203.0.113.0/24", "2001:db8::/32"]. ' +
      'Sessions that are made from the key are bound to them too. Behind a proxy, set TRUSTED_PROXIES. Default: from everywhere.',
  })
  networks?: string[] | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'true: the key never expires. INVALID together with expiresAt. Default: false.',
  })
  neverExpires: boolean;
}

@InputType('RevokeApiKeyInput', { description: 'The key to revoke permanently.' })
class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The id of the key, `key_...`.' })
  id: string;
}

export const ApiKeyWhere = whereOf('ApiKeyWhere', 'api_keys', 'API keys that meet all of these conditions.', {
  id: by.id('ApiKey', 'The id of the key, `key_...`.'),
  label: by.text('What the key is for: { contains: "laptop" }.'),
  keyId: by.text('The eight characters after `hl_`.'),
  roles: by.values(
    RoleListFilter,
    'The own roles of the key: { contains: SUPPORT }. A key that has all roles of its user has no list and never ' +
      'matches.',
  ),
  user: by.link(() => UserWhere, 'The user whom the key authenticates.'),
  createdAt: by.idTime('When the key was created.'),
  expiresAt: by.optionalTime('When the key expires; { isNull: true }: keys that do not expire.'),
  revokedAt: by.optionalTime('When the key was revoked; { isNull: true }: keys that were not revoked.'),
  lastUsedAt: by.optionalTime('When the key was last used; { isNull: true }: keys that were never used.'),
});
export type ApiKeyWhere = InstanceType<typeof ApiKeyWhere>;

export const API_KEY = rowType('ApiKey', () => ApiKeyType, API_KEYS, apiKeysById);

const apiKeys = timeList(API_KEY, ApiKeyWhere, { connection: () => ApiKeyConnection });

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

const RevokeApiKeyPayload = payloadOf('RevokeApiKey', { apiKey: [() => ApiKeyType, 'The key, now with `revokedAt`.'] });
const CreateApiKeyPayload = payloadOf('CreateApiKey', {
  apiKey: [() => ApiKeyType, 'The new key, without its token.'],
  token: [() => String, 'The token of the key, `hl_...`. It is shown only here and is not stored.'],
});

@Resolver(() => ApiKeyType)
export class ApiKeyResolver {
  @FieldResolver(() => [RoleEnum], {
    nullable: true,
    description: "The roles of the key, a subset of its user's roles; null: all roles of the user.",
  })
  roles(@Root() key: ApiKeyRow) {
    return key.roles && knownRoles(key.roles);
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => CreateApiKeyPayload, {
    description: withExample(
      'Creates an API key. Only this response contains its token. ' +
        `TOO_LARGE: the user has ${MAX_LIVE_API_KEYS} keys that are neither revoked nor expired.`,
      'mutation { createApiKey(input: { userId: "usr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", label: "laptop" }) { token ' +
        'userErrors { message } } }',
    ),
  })
  createApiKey(
    @Ctx() context: Context,
    @Arg('input', () => CreateApiKeyInput, { description: 'The new key.' }) input: CreateApiKeyInput,
  ) {
    const nothing = { apiKey: null as ApiKeyRow | null, token: null as string | null };
    return answer(nothing, async () => {
      checkInput(input);
      const wanted = { ...input, userId: uuidOf('User', input.userId) };
      return context.transaction((db) => createApiKey(db, context.viewer as Viewer, wanted));
    });
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => RevokeApiKeyPayload, {
    description: withExample(
      'Revokes an API key at once and permanently. A key that is revoked stays as it is. CONFLICT: it is the key of this request.',
      'mutation { revokeApiKey(input: { id: "key_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { apiKey { revokedAt } ' +
        'userErrors { message } } }',
    ),
  })
  revokeApiKey(
    @Ctx() context: Context,
    @Arg('input', () => RevokeApiKeyInput, { description: 'The key to revoke.' }) input: RevokeApiKeyInput,
  ) {
    return answer({ apiKey: null as ApiKeyRow | null }, async () => {
      const id = uuidOf('ApiKey', input.id);
      return { apiKey: await context.transaction((db) => revokeApiKey(db, context.viewer as Viewer, id)) };
    });
  }
}
