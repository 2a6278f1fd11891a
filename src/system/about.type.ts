import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';

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
export class AboutType {
  @Field(() => String, { description: 'The version of the program that answers, such as `0.1.0`.' })
  version: string;

  @Field(() => GraphQLDateTime, {
    description: 'The time now by the clock of the database, by which all times of the log are taken.',
  })
  serverTime: Date;

  @Field(() => [SignInMethodEnum], { description: 'How people can sign in here: at least with an API key.' })
  signInMethods: (keyof typeof SignInMethodEnum)[];
}
