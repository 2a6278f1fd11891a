import { VerificationResolver } from './verification.resolver';

export const mail = {
  entities: [],
  resolvers: [VerificationResolver],
  linkedFields: [],
  sqlFields: [],
};
