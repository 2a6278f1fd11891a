import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { checkInput } from '../graphql/check-input';
import type { Context } from '../graphql/context';
import { HasRole, Public } from '../graphql/has-role';
import { listPage } from '../graphql/list';
import { payloadOf } from '../graphql/payload';
import { loaderFor } from '../graphql/per-request';
import { answer } from '../graphql/user-error';
import { conditionOf } from '../graphql/where';
import { toNodeId, uuidOf } from '../ids';
import { knownRoles, READERS, type Viewer } from '../viewer';
import { CreateUserInput, UpdateUserInput, USER_FILTER, UserListArgs, userOrder } from './user.inputs';
import { USERS, type UserRow, usersById } from './user.store';
import { RoleEnum, UserConnection, UserType } from './user.type';
import { createUser, updateUser } from './users';

const CreateUserPayload = payloadOf('CreateUser', { user: [() => UserType] });
const UpdateUserPayload = payloadOf('UpdateUser', { user: [() => UserType] });

export function loadUser(context: Context, id: string | null): Promise<UserRow | null> | null {
  return id === null ? null : loaderFor(context, 'User', (ids) => usersById(context.db, ids)).load(id);
}

@Resolver(() => UserType)
export class UserResolver {
  @Public()
  @Query(() => UserType, {
    nullable: true,
    description: 'Who you are; null without an API key, and for a PUBLISHER, who reads nothing.',
  })
  viewer(@Ctx() context: Context) {
    return loadUser(context, context.viewer?.userId ?? null);
  }

  @HasRole(...READERS)
  @Query(() => UserType, { nullable: true, description: 'null when there is none with this id.' })
  user(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return loadUser(context, uuidOf('User', id));
  }

  @HasRole(...READERS)
  @Query(() => UserConnection)
  users(@Ctx() context: Context, @Args(() => UserListArgs) args: UserListArgs) {
    const condition = conditionOf(args.where, USER_FILTER);
    return listPage(context, { listing: USERS, condition, order: userOrder(args.orderBy), args });
  }

  @FieldResolver(() => ID)
  id(@Root() user: UserRow) {
    return toNodeId('User', user.id);
  }

  @FieldResolver(() => [RoleEnum])
  roles(@Root() user: UserRow) {
    return knownRoles(user.roles);
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => CreateUserPayload, { description: 'A user without keys: nobody can come in as them yet.' })
  createUser(@Ctx() context: Context, @Arg('input', () => CreateUserInput) input: CreateUserInput) {
    return answer({ user: null as UserRow | null }, async () => {
      checkInput(input);
      return { user: await context.transaction((db) => createUser(db, context.viewer as Viewer, input)) };
    });
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => UpdateUserPayload, { description: 'Acts at once, on keys that are in use too.' })
  updateUser(@Ctx() context: Context, @Arg('input', () => UpdateUserInput) input: UpdateUserInput) {
    return answer({ user: null as UserRow | null }, async () => {
      checkInput(input);
      const { id, roles, active, ...rest } = input;
      const changes = { ...rest, ...(roles && { roles }), ...(typeof active === 'boolean' && { active }) };
      const userId = uuidOf('User', id);
      return { user: await context.transaction((db) => updateUser(db, context.viewer as Viewer, userId, changes)) };
    });
  }
}
