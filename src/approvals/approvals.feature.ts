import { ApprovalResolver, approvalLinkedFields } from './approval.resolver';

export const approvals = {
  entities: [],
  resolvers: [ApprovalResolver],
  linkedFields: approvalLinkedFields,
  sqlFields: [],
};
