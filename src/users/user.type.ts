import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { connectionOf } from '../graphql/lists/connection';
import { NodeType } from '../graphql/node';
import { HasRole } from '../graphql/roles/has-role';
import { READERS, ROLES } from '../viewer';

export const RoleEnum = publishEnum('Role', ROLES, 'What a user may do. A user has any number of roles.', {
  SYSTEM_MANAGER: {
    description:
      'May do everything. The only role that may change users, API keys, masking rules and retention limits, ' +
      'and order erasures.',
  },
  INTEGRATION_MANAGER: {
    description:
      'Manages webhooks and deliveries; reads the log with headers and bodies, except what masking rules hide.',
  },
  SUPPORT: { description: 'Reads the log; of headers and bodies only what masking rules show.' },
  AUDITOR: {
    description:
      'Reads everything, also the audit trail, except what masking rules hide. Changes no webhook, delivery or ' +
      'user; may verify and export evidence and place legal holds.',
  },
  PUBLISHER: { description: 'Publishes business events; reads nothing.' },
});

@HasRole(...READERS)
@ObjectType('User', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'A person or a program that owns webhooks, acts in the business system, or authenticates with API keys.',
})
export class UserType extends NodeType {
  @Field(() => String, { description: 'The user name in the business system, often an e-mail address. Unique.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The full name, such as "Amina Hassan"; null: not known.' })
  fullName: string | null;

  @Field(() => String, { nullable: true, description: 'The e-mail address, in lower case; null: not known.' })
  email: string | null;

  @Field(() => Boolean, { description: 'Whether the identity provider has confirmed the e-mail address.' })
  emailVerified: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The URL of the identity provider at which the user signs in; null: the user has not signed in there.',
  })
  identityIssuer: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the identity provider determines the roles, at each sign-in. They cannot be changed in ' +
      'Hookledger then.',
  })
  rolesMapped: boolean;

  @Field(() => Boolean, { description: 'Whether the API keys and sessions of the user work.' })
  active: boolean;

  @Field(() => GraphQLDateTime, {
    description: 'When the user was created or first named in an event. The id contains the same time.',
  })
  createdAt: Date;
}

export const UserConnection = connectionOf('User', () => UserType);
