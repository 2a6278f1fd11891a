import { type ClassType, FieldResolver, Resolver, Root } from 'type-graphql';
import { DeliveryType } from '../delivery/api/delivery.type';
import { BusinessEventType } from '../events/business-event.type';
import { RequestLogType } from '../request-log/api/request-log.type';
import { BusinessDocumentType } from './business-document.type';
import type { DocumentName } from './document.store';

interface AboutDocument {
  documentType: string | null;
  referenceDocument: string | null;
}

function linkFrom(type: () => ClassType<object>, description: string) {
  @Resolver(type)
  class DocumentLinkResolver {
    @FieldResolver(() => BusinessDocumentType, { nullable: true, description })
    businessDocument(@Root() { documentType, referenceDocument: name }: AboutDocument): DocumentName | null {
      return documentType === null || name === null ? null : { documentType, name };
    }
  }
  return DocumentLinkResolver;
}

export const documentLinkResolvers = [
  linkFrom(() => BusinessEventType, 'The document that the event happened to.'),
  linkFrom(() => DeliveryType, 'The document that the event happened to.'),
  linkFrom(() => RequestLogType, 'The document that the request is about; null: it names no document or no type.'),
];
