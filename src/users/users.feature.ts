import { ApiKeyEntity } from './api-key.entity';
import { ApiKeyResolver, UserApiKeysResolver } from './api-key.resolver';
import { UserEntity } from './user.entity';
import { UserResolver } from './user.resolver';
import { userSqlFields } from './user.sql-fields';

export const users = {
  entities: [UserEntity, ApiKeyEntity],
  resolvers: [UserResolver, ApiKeyResolver, UserApiKeysResolver],
  sqlFields: userSqlFields,
};
