import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { toNodeId, uuidOf } from '../../ids';
import { knownRoles, type Viewer } from '../../viewer';
import { RoleEnum } from '../user.type';
import { CreateApiKeyInput, RevokeApiKeyInput } from './api-key.inputs';
import type { ApiKeyRow } from './api-key.store';
import { ApiKeyType } from './api-key.type';
import { createApiKey, MAX_LIVE_API_KEYS, revokeApiKey } from './api-keys';

const RevokeApiKeyPayload = payloadOf('RevokeApiKey', { apiKey: [() => ApiKeyType, 'The key, now with `revokedAt`.'] });
const CreateApiKeyPayload = payloadOf('CreateApiKey', {
  apiKey: [() => ApiKeyType, 'The new key, without its token.'],
  token: [() => String, 'The token of the key, `hl_...`. It is shown only here and is not stored.'],
});

@Resolver(() => ApiKeyType)
export class ApiKeyResolver {
  @FieldResolver(() => ID, { description: '`key_` and 32 hexadecimal digits; never changes.' })
  id(@Root() key: ApiKeyRow) {
    return toNodeId('ApiKey', key.id);
  }

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
