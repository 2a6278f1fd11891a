import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { knownRoles, READERS, ROLES, type Viewer } from '../../access/viewer';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole, Public } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { uuidOf } from '../../values/ids';
import { withCommas } from '../../values/text';
import type { UserRow } from '../user.store';
import { CreateUserInput, RoleEnum, SetMyMailInput, UpdateUserInput, UserType } from '../user.type';
import { MAX_USERS } from '../user-limits';
import { createUser, setMyMail, updateUser } from './change-users';

const CreateUserPayload = payloadOf('CreateUser', { user: [() => UserType, 'The new user.'] });
const UpdateUserPayload = payloadOf('UpdateUser', { user: [() => UserType, 'The changed user.'] });
const SetMyMailPayload = payloadOf('SetMyMail', { user: [() => UserType, 'You.'] });

const TAKEN = 'CONFLICT: another user has the name or the e-mail address';
const TOO_MANY_USERS = `TOO_LARGE: it would be one more than ${withCommas(MAX_USERS)} active users who have a role.`;

@Resolver(() => UserType)
export class UserResolver {
  @Public()
  @Query(() => [RoleEnum], {
    description: withExample(
      'The roles of your API key or session, which are all or some of the roles of its user; empty: neither was ' +
        'sent.',
      '{ viewerRoles }',
    ),
  })
  viewerRoles(@Ctx() { viewer }: Context) {
    return ROLES.filter((role) => viewer?.roles.has(role));
  }

  @FieldResolver(() => [RoleEnum], {
    description: 'The roles of the user; empty for a user who is only named in events.',
  })
  roles(@Root() user: UserRow) {
    return knownRoles(user.roles);
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => CreateUserPayload, {
    description: withExample(
      `Creates a user. The user can authenticate as soon as createApiKey gives them a key. ${TAKEN}. ${TOO_MANY_USERS}`,
      'mutation { createUser(input: { name: "amina@example.com", roles: [SUPPORT] }) { user { id } userErrors { ' +
        'message } } }',
    ),
  })
  createUser(
    @Ctx() context: Context,
    @Arg('input', () => CreateUserInput, { description: 'The new user.' }) input: CreateUserInput,
  ) {
    return answer({ user: null as UserRow | null }, async () => {
      checkInput(input);
      return { user: await context.transaction((db) => createUser(db, context.viewer as Viewer, input)) };
    });
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => UpdateUserPayload, {
    description: withExample(
      `Changes a user. The change takes effect at once, also for API keys that are in use. ${TAKEN}; you take SYSTEM_MANAGER from ` +
        `yourself or deactivate yourself; or no active SYSTEM_MANAGER would be left. ${TOO_MANY_USERS}`,
      'mutation { updateUser(input: { id: "usr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", active: false }) { user { active ' +
        '} userErrors { message } } }',
    ),
  })
  updateUser(
    @Ctx() context: Context,
    @Arg('input', () => UpdateUserInput, { description: 'The user and the changes.' }) input: UpdateUserInput,
  ) {
    return answer({ user: null as UserRow | null }, async () => {
      checkInput(input);
      const { id, roles, active, unlinkIdentity, ...rest } = input;
      const changes = {
        ...rest,
        ...(roles && { roles }),
        ...(typeof active === 'boolean' && { active }),
        ...(unlinkIdentity && { unlinkIdentity }),
      };
      const userId = uuidOf('User', id);
      return { user: await context.transaction((db) => updateUser(db, context.viewer as Viewer, userId, changes)) };
    });
  }

  @HasRole(...READERS)
  @Mutation(() => SetMyMailPayload, {
    description: withExample(
      'Says whether you get mail. It also ends by the link at the end of each mail.',
      'mutation { setMyMail(input: { receivesMail: false }) { user { receivesMail } userErrors { message } } }',
    ),
  })
  setMyMail(
    @Ctx() context: Context,
    @Arg('input', () => SetMyMailInput, { description: 'Whether you want mail.' }) input: SetMyMailInput,
  ) {
    return answer({ user: null as UserRow | null }, async () => {
      const { receivesMail } = input;
      return { user: await context.transaction((db) => setMyMail(db, context.viewer as Viewer, receivesMail)) };
    });
  }
}
