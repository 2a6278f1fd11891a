import { BusinessDocumentResolver, DocumentTimelineEntryResolver } from './business-document.resolver';
import { documentSqlFields } from './document.sql-fields';
import { documentLinkResolvers } from './document-links.resolver';
import { SearchResolver } from './search.resolver';

export const documents = {
  entities: [],
  resolvers: [SearchResolver, BusinessDocumentResolver, DocumentTimelineEntryResolver, ...documentLinkResolvers],
  linkedFields: [],
  sqlFields: documentSqlFields,
};
