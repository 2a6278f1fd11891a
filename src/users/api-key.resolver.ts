import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { checkInput } from '../graphql/check-input';
import type { Context } from '../graphql/context';
import { HasRole } from '../graphql/has-role';
import { nestedPage } from '../graphql/list';
import { connectionOf } from '../graphql/page';
import { ForwardPageArgs } from '../graphql/page-args';
import { payloadOf } from '../graphql/payload';
import { loaderFor } from '../graphql/per-request';
import { answer } from '../graphql/user-error';
import { toNodeId, uuidOf } from '../ids';
import { everything } from '../sql/condition';
import { knownRoles, type Viewer } from '../viewer';
import { API_KEYS, type ApiKeyRow, apiKeysById } from './api-key.store';
import { createApiKey, revokeApiKey } from './api-keys';
import { CreateApiKeyInput, RevokeApiKeyInput } from './user.inputs';
import { loadUser } from './user.resolver';
import type { UserRow } from './user.store';
import { ApiKeyType, RoleEnum, UserType } from './user.type';

const ApiKeyConnection = connectionOf('ApiKey', () => ApiKeyType);
const RevokeApiKeyPayload = payloadOf('RevokeApiKey', { apiKey: [() => ApiKeyType] });
const CreateApiKeyPayload = payloadOf('CreateApiKey', {
  apiKey: [() => ApiKeyType],
  token: [() => String, 'The whole key, `hl_...`. Shown this once, kept nowhere.'],
});

export function loadApiKey(context: Context, id: string): Promise<ApiKeyRow | null> {
  return loaderFor(context, 'ApiKey', (ids) => apiKeysById(context.db, ids)).load(id);
}

@Resolver(() => ApiKeyType)
export class ApiKeyResolver {
  @FieldResolver(() => ID)
  id(@Root() key: ApiKeyRow) {
    return toNodeId('ApiKey', key.id);
  }

  @FieldResolver(() => [RoleEnum], { nullable: true, description: "Fewer roles than the user's; null: all of them." })
  roles(@Root() key: ApiKeyRow) {
    return key.roles && knownRoles(key.roles);
  }

  @FieldResolver(() => UserType, { nullable: true })
  user(@Root() key: ApiKeyRow, @Ctx() context: Context) {
    return loadUser(context, key.userId);
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => CreateApiKeyPayload, { description: 'The answer holds the token, this once.' })
  createApiKey(@Ctx() context: Context, @Arg('input', () => CreateApiKeyInput) input: CreateApiKeyInput) {
    const nothing = { apiKey: null as ApiKeyRow | null, token: null as string | null };
    return answer(nothing, async () => {
      checkInput(input);
      const wanted = { ...input, userId: uuidOf('User', input.userId) };
      return context.transaction((db) => createApiKey(db, context.viewer as Viewer, wanted));
    });
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => RevokeApiKeyPayload, { description: 'The key stops working at once, for good.' })
  revokeApiKey(@Ctx() context: Context, @Arg('input', () => RevokeApiKeyInput) input: RevokeApiKeyInput) {
    return answer({ apiKey: null as ApiKeyRow | null }, async () => {
      const id = uuidOf('ApiKey', input.id);
      return { apiKey: await context.transaction((db) => revokeApiKey(db, context.viewer as Viewer, id)) };
    });
  }
}

@Resolver(() => UserType)
export class UserApiKeysResolver {
  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @FieldResolver(() => ApiKeyConnection, { nullable: true, description: 'The keys of this user, also revoked ones.' })
  apiKeys(@Root() user: UserRow, @Ctx() context: Context, @Args(() => ForwardPageArgs) args: ForwardPageArgs) {
    const order = { tag: 'ApiKey', column: null, descending: true };
    return nestedPage(context, user, 'user_id', { listing: API_KEYS, condition: everything, order, args }, args);
  }
}
