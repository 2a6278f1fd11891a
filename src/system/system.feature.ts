import { AboutResolver } from './about.resolver';
import { SystemHealthResolver } from './system-health.resolver';

export const system = {
  entities: [],
  resolvers: [AboutResolver, SystemHealthResolver],
  linkedFields: [],
  sqlFields: [],
};
