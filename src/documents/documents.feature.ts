import { BusinessDocumentResolver, DocumentTimelineEntryResolver } from './business-document.resolver';
import { SearchResolver } from './search.resolver';

export const documents = {
  entities: [],
  resolvers: [SearchResolver, BusinessDocumentResolver, DocumentTimelineEntryResolver],
  linkedFields: [],
  sqlFields: [],
};
