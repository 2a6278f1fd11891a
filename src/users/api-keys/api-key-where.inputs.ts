import { ArgsType, Field, InputType } from 'type-graphql';
import { Combinable } from '../../graphql/lists/combinable';
import {
  DateTimeFilter,
  IDFilter,
  OptionalDateTimeFilter,
  StringFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../graphql/lists/time-order';
import {
  type FilterMap,
  idFilter,
  idTimeFilter,
  linkFilter,
  listFilter,
  textFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { RoleListFilter, USER_FILTER, UserWhere } from '../user.inputs';

@Combinable()
@InputType('ApiKeyWhere', { description: 'API keys that meet all of these conditions.' })
export class ApiKeyWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the key, `key_...`.' })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true, description: 'What the key is for: { contains: "laptop" }.' })
  label?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The eight characters after `hl_`.' })
  keyId?: StringFilter;

  @Field(() => RoleListFilter, {
    nullable: true,
    description:
      'The own roles of the key: { contains: SUPPORT }. A key that has all roles of its user has no list and never ' +
      'matches.',
  })
  roles?: InstanceType<typeof RoleListFilter>;

  @Field(() => UserWhere, { nullable: true, description: 'The user whom the key authenticates.' })
  user?: UserWhere;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the key was created.' })
  createdAt?: DateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the key expires; { isNull: true }: keys that do not expire.',
  })
  expiresAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the key was revoked; { isNull: true }: keys that were not revoked.',
  })
  revokedAt?: OptionalDateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the key was last used; { isNull: true }: keys that were never used.',
  })
  lastUsedAt?: OptionalDateTimeFilter;
}

export const API_KEY_FILTER: FilterMap = {
  id: idFilter('ApiKey'),
  label: textFilter('label'),
  keyId: textFilter('key_id'),
  roles: listFilter('roles'),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
  expiresAt: timeFilter('expires_at'),
  revokedAt: timeFilter('revoked_at'),
  lastUsedAt: timeFilter('last_used_at'),
};

@ArgsType()
export class ApiKeyListArgs extends TimePageArgs {
  @Field(() => ApiKeyWhere, { nullable: true, description: WHERE_TEXT })
  where?: ApiKeyWhere;
}
