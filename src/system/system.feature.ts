import { AboutResolver } from './about.resolver';

export const system = { entities: [], resolvers: [AboutResolver], linkedFields: [], sqlFields: [] };
