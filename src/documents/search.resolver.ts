import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { Content } from '../graphql/content/content';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/example';
import { DEFAULT_PAGE, MAX_PAGE } from '../graphql/lists/page-args';
import { HasRole } from '../graphql/roles/has-role';
import { checkedSize } from '../refuse-argument';
import { READERS } from '../viewer';
import { MAX_OF_TYPE, type SearchHit, search } from './search';
import { SearchResult } from './search.type';

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
