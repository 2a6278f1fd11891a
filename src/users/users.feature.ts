import { ApiKeyEntity } from './api-key.entity';
import { ApiKeyResolver } from './api-key.resolver';
import { UserEntity } from './user.entity';
import { userLinkedFields } from './user.linked-fields';
import { UserResolver } from './user.resolver';
import { userSqlFields } from './user.sql-fields';

export const users = {
  entities: [UserEntity, ApiKeyEntity],
  resolvers: [UserResolver, ApiKeyResolver],
  linkedFields: userLinkedFields,
  sqlFields: userSqlFields,
};
