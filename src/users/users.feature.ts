import { UserResolver } from './api/user.resolver';
import { ApiKeyEntity } from './api-keys/api-key.entity';
import { apiKeyLinkedFields } from './api-keys/api-key.linked-fields';
import { ApiKeyResolver } from './api-keys/api-key.resolver';
import { ApprovalEntity } from './approvals/approval.entity';
import { ApprovalRulesEntity } from './approvals/approval-rules.entity';
import { PendingSignInEntity } from './identity/pending-sign-in.entity';
import { SessionEntity } from './sessions/session.entity';
import { sessionLinkedFields } from './sessions/session.linked-fields';
import { SessionResolver } from './sessions/session.resolver';
import { sessionSqlFields } from './sessions/session.sql-fields';
import { UserEntity } from './user.entity';
import { userLinkedFields } from './user.linked-fields';
import { userSqlFields } from './user.sql-fields';

export const users = {
  entities: [UserEntity, ApiKeyEntity, SessionEntity, PendingSignInEntity, ApprovalEntity, ApprovalRulesEntity],
  resolvers: [UserResolver, ApiKeyResolver, SessionResolver],
  linkedFields: [...userLinkedFields, ...apiKeyLinkedFields, ...sessionLinkedFields],
  sqlFields: [...userSqlFields, ...sessionSqlFields],
};
