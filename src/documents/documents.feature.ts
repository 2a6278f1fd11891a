import {
  BusinessDocumentResolver,
  DocumentTimelineEntryResolver,
  documentLinkResolvers,
  documentSqlFields,
} from './business-document.resolver';
import { SearchResolver } from './search.resolver';

export const documents = {
  entities: [],
  resolvers: [SearchResolver, BusinessDocumentResolver, DocumentTimelineEntryResolver, ...documentLinkResolvers],
  linkedFields: [],
  sqlFields: documentSqlFields,
};
