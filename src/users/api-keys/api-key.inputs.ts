import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import type { Role } from '../../viewer';
import { RoleEnum } from '../user.type';

@InputType('CreateApiKeyInput', { description: 'A new API key.' })
export class CreateApiKeyInput {
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
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The id of the key, `key_...`.' })
  id: string;
}
