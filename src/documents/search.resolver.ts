import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { DELIVERY } from '../delivery/api/delivery.linked-fields';
import { BUSINESS_EVENT } from '../events/business-event.linked-fields';
import { Content } from '../graphql/content/content';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/example';
import { listPage } from '../graphql/lists/list';
import { DEFAULT_PAGE, MAX_PAGE } from '../graphql/lists/page-args';
import { HasRole } from '../graphql/roles/has-role';
import { masksOf } from '../graphql/roles/masked';
import { type NodeName, readNodeId } from '../ids';
import { checkedSize } from '../refuse-argument';
import { listedRequests } from '../request-log/api/request-log.inputs';
import { WEBHOOK_REQUEST_LOG } from '../request-log/api/request-log.linked-fields';
import { searchQuery } from '../request-log/search/search-query';
import { wordsIn } from '../request-log/search/tokenizer';
import { USER } from '../users/user.linked-fields';
import { READERS } from '../viewer';
import { WEBHOOK } from '../webhooks/api/webhook.linked-fields';
import { loadDocument } from './document-node';
import { documentsNamed, usersWith, webhooksWith } from './search.store';
import { type FoundThing, SearchResult } from './search.type';

/** The maximum number of results of each type; requests fill the rest. */
const MAX_OF_TYPE = 5;

type Loader = (context: Context, id: string) => Promise<object | null> | null;

const LOADERS: Partial<Record<NodeName, Loader>> = {
  WebhookRequestLog: WEBHOOK_REQUEST_LOG.load,
  Delivery: DELIVERY.load,
  Webhook: WEBHOOK.load,
  User: USER.load,
  BusinessEvent: BUSINESS_EVENT.load,
};

async function foundById(context: Context, name: NodeName, id: string): Promise<FoundThing[]> {
  const row = await LOADERS[name]?.(context, id);
  return row ? [{ ...row, __typename: name }] : [];
}

async function foundByWords(context: Context, text: string, first: number): Promise<FoundThing[]> {
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

function named(name: string, rows: readonly object[]): FoundThing[] {
  return rows.map((row) => ({ ...row, __typename: name }));
}

@Resolver()
export class SearchResolver {
  @Content()
  @HasRole(...READERS)
  @Query(() => [SearchResult], {
    description: withExample(
      'Searches all types at once. An id (req_..., dlv_..., whk_..., evt_..., usr_..., doc_...) finds the object with this id. Other ' +
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
  ): Promise<FoundThing[]> {
    const first = checkedSize('first', limit ?? DEFAULT_PAGE, MAX_PAGE);
    const document = await loadDocument(context, text.trim());
    if (document) return named('BusinessDocument', [document]);
    const node = readNodeId(text.trim().toLowerCase());
    return node ? foundById(context, node.name, node.id) : foundByWords(context, text, first);
  }
}
