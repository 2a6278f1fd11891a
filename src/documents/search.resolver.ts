import { Arg, Ctx, createUnionType, Int, Query, Resolver } from 'type-graphql';
import { READERS, type Role } from '../access/viewer';
import { AUDIT_ENTRY } from '../audit/api/audit-entry.resolver';
import { AuditEntryType } from '../audit/api/audit-entry.type';
import { DELIVERY } from '../delivery/api/delivery.resolver';
import { DeliveryType } from '../delivery/api/delivery.type';
import { BUSINESS_EVENT } from '../events/business-event.resolver';
import { BusinessEventType } from '../events/business-event.type';
import { Content } from '../graphql/content/content';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/directives';
import { listPage } from '../graphql/lists/list';
import { DEFAULT_PAGE, MAX_PAGE } from '../graphql/lists/page-args';
import { HasRole } from '../graphql/roles/has-role';
import { masksOf } from '../graphql/roles/masked';
import { listedRequests } from '../request-log/api/request-log.inputs';
import { WEBHOOK_REQUEST_LOG } from '../request-log/api/request-log.resolver';
import { RequestLogType } from '../request-log/api/request-log.type';
import { wordsIn } from '../request-log/search/index-terms';
import { searchQuery } from '../request-log/search/search-query';
import { USER } from '../users/user.resolver';
import { UserType } from '../users/user.type';
import { type NodeName, readNodeId } from '../values/ids';
import { checkedSize } from '../values/refuse-argument';
import { WEBHOOK } from '../webhooks/api/webhook.resolver';
import { WebhookType } from '../webhooks/api/webhook.type';
import { BusinessDocumentType } from './business-document.type';
import { loadDocument } from './document-id';
import { documentsNamed, usersWith, webhooksWith } from './search.store';

const SearchResult = createUnionType({
  name: 'SearchResult',
  description:
    'A result of `search`: ... on BusinessDocument { documentType name } ... on WebhookRequestLog { id startedAt } ...',
  types: () =>
    [
      BusinessDocumentType,
      RequestLogType,
      DeliveryType,
      WebhookType,
      UserType,
      BusinessEventType,
      AuditEntryType,
    ] as const,
  // what `search` finds are rows with their type, not objects of these classes
  resolveType: (found) => (found as unknown as SearchHit).__typename,
});

// What the search box finds: an id finds its object. Other text, such as a name or a URL, is split into words.

/** A row that was found, with the name of its type. */
type SearchHit = object & { __typename: string };

/** The maximum number of results of each type; requests fill the rest. */
const MAX_OF_TYPE = 5;

type Loader = (context: Context, id: string) => Promise<object | null> | null;

const LOADERS: Partial<Record<NodeName, Loader>> = {
  WebhookRequestLog: WEBHOOK_REQUEST_LOG.load,
  Delivery: DELIVERY.load,
  Webhook: WEBHOOK.load,
  User: USER.load,
  BusinessEvent: BUSINESS_EVENT.load,
  AuditEntry: (context, id) => (mayRead(context, 'SYSTEM_MANAGER', 'AUDITOR') ? AUDIT_ENTRY.load(context, id) : null),
};

function mayRead({ viewer }: Context, ...roles: Role[]): boolean {
  return roles.some((role) => viewer?.roles.has(role));
}

/** @param text an id, or words. @param first the maximum number of results */
async function search(context: Context, text: string, first: number): Promise<SearchHit[]> {
  const document = await loadDocument(context, text.trim());
  if (document) return named('BusinessDocument', [document]);
  const node = readNodeId(text.trim().toLowerCase());
  return node ? foundById(context, node.name, node.id) : foundByWords(context, text, first);
}

async function foundById(context: Context, name: NodeName, id: string): Promise<SearchHit[]> {
  const row = await LOADERS[name]?.(context, id);
  return row ? [{ ...row, __typename: name }] : [];
}

async function foundByWords(context: Context, text: string, first: number): Promise<SearchHit[]> {
  searchQuery(text, true, ['text']);
  const words = wordsIn(text);
  const { db } = context;
  const { seesAll } = masksOf(context);
  const [documents, webhooks, users, requests] = await Promise.all([
    documentsNamed(db, text, MAX_OF_TYPE),
    webhooksWith(db, words, MAX_OF_TYPE, seesAll),
    usersWith(db, words, MAX_OF_TYPE),
    listPage(context, listedRequests(seesAll, { first, where: { search: text } })),
  ]);
  return [
    ...named('BusinessDocument', documents),
    ...named('Webhook', webhooks),
    ...named('User', users),
    ...named('WebhookRequestLog', requests.nodes),
  ].slice(0, first);
}

function named(name: string, rows: readonly object[]): SearchHit[] {
  return rows.map((row) => ({ ...row, __typename: name }));
}

@Resolver()
export class SearchResolver {
  @Content()
  @HasRole(...READERS)
  @Query(() => [SearchResult], {
    description: withExample(
      'Searches all types at once. An id (req_..., dlv_..., whk_..., evt_..., usr_..., aud_..., doc_...) finds the object with this id. Other ' +
        `text finds, in this order, up to ${MAX_OF_TYPE} documents whose name begins with it, up to ${MAX_OF_TYPE} webhooks and ` +
        `up to ${MAX_OF_TYPE} users whose names contain its words, and the newest requests that \`where: { search }\` of ` +
        'webhookRequestLogs finds. Ignores case, and treats Arabic-Indic digits like 0 to 9.',
      '{\n  search(text: "inv-0042", first: 10) {\n    __typename\n    ... on BusinessDocument { documentType name }\n' +
        '    ... on WebhookRequestLog { id status startedAt }\n    ... on Webhook { id name }\n  }\n}',
    ),
  })
  async search(
    @Ctx() context: Context,
    @Arg('text', () => String, {
      description: 'The text to search for: 1 to 500 characters with at least one letter or digit, at most 20 words.',
    })
    text: string,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE,
      description: `The maximum number of results, 1 to ${MAX_PAGE}.`,
    })
    limit: number | null,
  ): Promise<SearchHit[]> {
    const first = checkedSize('first', limit ?? DEFAULT_PAGE, MAX_PAGE);
    return search(context, text, first);
  }
}
