import { approvalLinkedFields } from './approval.linked-fields';
import { ApprovalResolver } from './approval.resolver';

export const approvals = {
  entities: [],
  resolvers: [ApprovalResolver],
  linkedFields: approvalLinkedFields,
  sqlFields: [],
};
