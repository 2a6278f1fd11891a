// What the search box finds: an id finds its object. Other text, such as a name or a URL, is split into words.
import { AUDIT_ENTRY } from '../audit/api/audit-entry.linked-fields';
import { DELIVERY } from '../delivery/api/delivery.linked-fields';
import { BUSINESS_EVENT } from '../events/business-event.linked-fields';
import type { Context } from '../graphql/context';
import { listPage } from '../graphql/lists/list';
import { masksOf } from '../graphql/roles/masked';
import { type NodeName, readNodeId } from '../ids';
import { listedRequests } from '../request-log/api/request-log.inputs';
import { WEBHOOK_REQUEST_LOG } from '../request-log/api/request-log.linked-fields';
import { searchQuery } from '../request-log/search/search-query';
import { wordsIn } from '../request-log/search/tokenizer';
import { USER } from '../users/user.linked-fields';
import type { Role } from '../viewer';
import { WEBHOOK } from '../webhooks/api/webhook.linked-fields';
import { loadDocument } from './document-node';
import { documentsNamed, usersWith, webhooksWith } from './search.store';

/** A row that was found, with the name of its type. */
export type SearchHit = object & { __typename: string };

/** The maximum number of results of each type; requests fill the rest. */
export const MAX_OF_TYPE = 5;

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
export async function search(context: Context, text: string, first: number): Promise<SearchHit[]> {
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
