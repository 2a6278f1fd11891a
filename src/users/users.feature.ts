import { UserResolver } from './api/user.resolver';
import { ApiKeyEntity } from './api-keys/api-key.entity';
import { ApiKeyResolver, apiKeyLinkedFields } from './api-keys/api-key.resolver';
import { ApprovalEntity } from './approvals/approval.entity';
import { SessionEntity } from './sessions/session.entity';
import { SessionResolver, sessionLinkedFields, sessionSqlFields } from './sessions/session.resolver';
import { UserEntity } from './user.entity';
import { userLinkedFields, userSqlFields } from './user.resolver';

export const users = {
  entities: [UserEntity, ApiKeyEntity, SessionEntity, ApprovalEntity],
  resolvers: [UserResolver, ApiKeyResolver, SessionResolver],
  linkedFields: [...userLinkedFields, ...apiKeyLinkedFields, ...sessionLinkedFields],
  sqlFields: [...userSqlFields, ...sessionSqlFields],
};
