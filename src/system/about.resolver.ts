import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, FieldResolver, Query, Resolver } from 'type-graphql';
import { currentTime } from '../clock';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/example';
import { Public } from '../graphql/roles/has-role';
import { READERS } from '../viewer';
import { AboutType } from './about.type';
import { oldestRequestAt } from './oldest-request.store';
import { VERSION } from './version';

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
