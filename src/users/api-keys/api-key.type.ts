import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';

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

export const ApiKeyConnection = connectionOf('ApiKey', () => ApiKeyType);
