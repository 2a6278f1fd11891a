import { Arg, Args, type ClassType, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { READERS } from '../access/viewer';
import { DELIVERY, deliveryList } from '../delivery/api/delivery.resolver';
import { DeliveryConnection, DeliveryListArgs, DeliveryType } from '../delivery/api/delivery.type';
import { BUSINESS_EVENT, eventList } from '../events/business-event.resolver';
import { BusinessEventConnection, BusinessEventListArgs, BusinessEventType } from '../events/business-event.type';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/directives';
import { toConnection } from '../graphql/lists/connection';
import { type ListQuery, listPage, TimePageArgs } from '../graphql/lists/list';
import { pageRequest } from '../graphql/lists/page-args';
import { HasRole } from '../graphql/roles/has-role';
import { type RowSource, rawJson, type SqlFields, type ValueField } from '../read-plan/sql-fields';
import { RequestLogListArgs } from '../request-log/api/request-log.inputs';
import { requestList, WEBHOOK_REQUEST_LOG } from '../request-log/api/request-log.resolver';
import { RequestLogConnection, RequestLogType } from '../request-log/api/request-log.type';
import { all, type Condition } from '../sql/condition';
import type { PageRequest } from '../sql/walks/keyset';
import { firstIdAt } from '../values/ids';
import { refuseWithMessage, storableText } from '../values/refuse-argument';
import { WEBHOOK } from '../webhooks/api/webhook.resolver';
import { WebhookType } from '../webhooks/api/webhook.type';
import {
  BusinessDocumentType,
  DocumentTimelineConnection,
  DocumentTimelineEntryType,
  DocumentVerdictType,
} from './business-document.type';
import { type DocumentName, latestOf, ofDocument } from './document.store';
import { documentId, loadDocument } from './document-id';
import { countTimeline, pageOfTimeline, type TimelineRow } from './timeline.store';
import { sentenceOf, verdictFrom } from './verdict';

type RawName = [documentType: string, name: string];

/** The document of a row. Its lists have no plan: only its names are read with the row. */
const businessDocument: ValueField = {
  ...rawJson(
    (row: RowSource) => {
      const [type, name] = [row.column('document_type'), row.column('reference_document')];
      return `case when ${type} is not null and ${name} is not null then json_build_array(${type}, ${name}) end`;
    },
    (raw) => {
      if (raw === null) return null;
      const [documentType, name] = raw as RawName;
      return { id: documentId({ documentType, name }), documentType, name };
    },
  ),
  properties: ['id', 'documentType', 'name'],
};

export const documentSqlFields: readonly SqlFields[] = ['BusinessEvent', 'Delivery', 'WebhookRequestLog'].map(
  (type) => ({ type, fields: { businessDocument } }),
);

// a time in milliseconds and one more digit: within one millisecond, causes come before their effects
const PLACE = { sql: 'place', property: 'place', type: 'text' } as const;

@Resolver(() => BusinessDocumentType)
export class BusinessDocumentResolver {
  @HasRole(...READERS)
  @Query(() => BusinessDocumentType, {
    nullable: true,
    description: withExample(
      'The events, deliveries and requests of one document, in both directions; null: there are none.',
      '{\n  businessDocument(documentType: "Sales Invoice", name: "INV-0042") {\n    verdicts { verdict sentence webhook { name } }\n' +
        '    timeline(first: 50) { nodes { at kind sentence } }\n  }\n}',
    ),
  })
  async businessDocument(
    @Ctx() context: Context,
    @Arg('documentType', () => String, {
      description: 'The type of the document, such as "Sales Invoice"; case-sensitive.',
    })
    documentType: string,
    @Arg('name', () => String, {
      description: 'The exact name of the document, such as "INV-0042"; case-sensitive, without wildcards.',
    })
    name: string,
  ): Promise<DocumentName | null> {
    storableText(documentType, ['documentType']);
    storableText(name, ['name']);
    return loadDocument(context, documentId({ documentType, name }));
  }

  @FieldResolver(() => ID, { description: '`doc_`, and the type and the name in base64url; never changes.' })
  id(@Root() document: DocumentName) {
    return documentId(document);
  }

  @FieldResolver(() => BusinessEventConnection, { description: 'The events of the document, newest first by default.' })
  businessEvents(
    @Root() document: DocumentName,
    @Ctx() context: Context,
    @Args(() => BusinessEventListArgs) args: BusinessEventListArgs,
  ) {
    return pageWithin(context, eventList.listQuery(args, context), ofDocument(document));
  }

  @FieldResolver(() => DeliveryConnection, { description: 'The deliveries of the document, newest first by default.' })
  deliveries(
    @Root() document: DocumentName,
    @Ctx() context: Context,
    @Args(() => DeliveryListArgs) args: DeliveryListArgs,
  ) {
    return pageWithin(context, deliveryList.listQuery(args, context), ofDocument(document));
  }

  @FieldResolver(() => RequestLogConnection, {
    description: 'The requests about the document, in both directions, newest first by default.',
  })
  requests(
    @Root() document: DocumentName,
    @Ctx() context: Context,
    @Args(() => RequestLogListArgs) args: RequestLogListArgs,
  ) {
    return pageWithin(context, requestList.listQuery(args, context), ofDocument(document));
  }

  @FieldResolver(() => [DocumentVerdictType], {
    description:
      'For each webhook with a delivery of the document, whether the partner has received the latest event. The webhook ' +
      'with the newest delivery comes first; at most 100. Considers the newest 1,000 events. An event that cannot be fanned out has a ' +
      'verdict without a webhook.',
  })
  async verdicts(@Root() document: DocumentName, @Ctx() context: Context) {
    return (await latestOf(context.db, document)).map((latest) => verdictFrom(document, latest));
  }

  @FieldResolver(() => DocumentTimelineConnection, {
    description:
      'Events, deliveries and requests in one list, newest first by default. If the document has over 1,000 events or ' +
      'requests, the end of a delivery that came after 1,000 further events can be missing; `deliveries` has it.',
  })
  async timeline(
    @Root() document: DocumentName,
    @Ctx() context: Context,
    @Args(() => TimePageArgs) args: TimePageArgs,
  ) {
    const order = {
      tag: 'DocumentTimeline',
      column: PLACE,
      timeOf: timeOfPlace,
      descending: args.orderBy?.direction !== 'ASC',
    };
    const request = pageRequest(args, order);
    const page = await pageOfTimeline(context.db, document, request, edgeOf(request));
    return toConnection({
      page: { ...page, rows: page.rows.map((row) => ({ ...row, sentence: sentenceOf(row) })) },
      order,
      notSearched: null,
      count: () => countTimeline(context.db, document),
    });
  }
}

function pageWithin(context: Context, query: ListQuery, conditions: readonly Condition[]) {
  return listPage(context, { ...query, condition: all([...conditions, query.condition]) });
}

/** Of a place: a time in milliseconds and one more digit. */
function timeOfPlace(place: unknown): Date {
  return new Date(Math.floor(Number(place) / 10));
}

function edgeOf({ cursor, backward }: PageRequest): string | null {
  if (!cursor) return null;
  if (!/^\d{2,16}$/.test(cursor.value ?? '')) {
    const name = backward ? 'before' : 'after';
    refuseWithMessage(`${name} is not a cursor of a timeline.`, [name]);
  }
  return firstIdAt(Math.floor(Number(cursor.value) / 10) + 1);
}

@Resolver(() => DocumentTimelineEntryType)
export class DocumentTimelineEntryResolver {
  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook; null: the entry is an event.' })
  webhook(@Root() row: TimelineRow, @Ctx() context: Context) {
    return WEBHOOK.load(context, row.webhookId);
  }

  @FieldResolver(() => BusinessEventType, { nullable: true, description: 'The event.' })
  businessEvent(@Root() row: TimelineRow, @Ctx() context: Context) {
    return BUSINESS_EVENT.load(context, row.businessEventId);
  }

  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description: 'The delivery in its current state, which can be later than the entry; null: the entry has none.',
  })
  delivery(@Root() row: TimelineRow, @Ctx() context: Context) {
    return DELIVERY.load(context, row.deliveryId);
  }

  @FieldResolver(() => RequestLogType, {
    nullable: true,
    description: 'The request of ATTEMPT_MADE and CALL_RECEIVED; null: another kind.',
  })
  request(@Root() row: TimelineRow, @Ctx() context: Context) {
    return WEBHOOK_REQUEST_LOG.load(context, row.requestId);
  }
}

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
