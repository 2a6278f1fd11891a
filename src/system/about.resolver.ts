import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import { READERS } from '../access/viewer';
import type { Context } from '../graphql/context';
import { publishEnum, withExample } from '../graphql/directives';
import { Public } from '../graphql/roles/has-role';
import { oldestRequestAt } from '../request-log/request-log.store';
import { currentTime } from '../time/clock';
import { VERSION } from './version';

export const SignInMethodEnum = publishEnum(
  'SignInMethod',
  ['API_KEY', 'OPENID_CONNECT'],
  'How people sign in to these pages and get a session.',
  {
    API_KEY: { description: 'With an API key: `POST /auth/login`.' },
    OPENID_CONNECT: { description: 'At the identity provider that the operator configured: `GET /auth/login`.' },
  },
);

@ObjectType('About', {
  simpleResolvers: true,
  description: 'This installation, for callers with and without an API key.',
})
class AboutType {
  @Field(() => String, { description: 'The version of the program that answers, such as `0.1.0`.' })
  version: string;

  @Field(() => GraphQLDateTime, {
    description: 'The time now by the clock of the database, by which all times of the log are taken.',
  })
  serverTime: Date;

  @Field(() => [SignInMethodEnum], { description: 'How people can sign in here: at least with an API key.' })
  signInMethods: (keyof typeof SignInMethodEnum)[];
}

@Resolver(() => AboutType)
export class AboutResolver {
  @Public()
  @Query(() => AboutType, {
    description: withExample(
      'What a page needs to know before a person has signed in.',
      '{ about { version serverTime signInMethods } }',
    ),
  })
  about(@Ctx() { services }: Context): AboutType {
    return {
      version: VERSION,
      serverTime: currentTime(),
      signInMethods: services.hasIdentityProvider ? ['OPENID_CONNECT', 'API_KEY'] : ['API_KEY'],
    };
  }

  @FieldResolver(() => GraphQLDateTime, {
    nullable: true,
    description: `When the oldest request began that the log still has. Null: it has none, or you have none of the roles ${READERS.join(', ')}.`,
  })
  async oldestRequestAt(@Ctx() { db, viewer }: Context): Promise<Date | null> {
    return READERS.some((role) => viewer?.roles.has(role)) ? oldestRequestAt(db) : null;
  }
}
