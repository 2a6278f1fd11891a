// The filters that the search index answers: `search`, `data` and `response`.
import type { FieldFilter } from '../../graphql/lists/where-to-sql';
import { all, type Condition, equalsId } from '../../sql/condition';
import { type NodeName, readNodeId } from '../../values/ids';
import { refuse, refuseAmbiguous } from '../../values/refuse-argument';
import { containsQuery, type PathTests, pathQuery } from './json-query';
import { searchQuery } from './search-query';
import { foundInIndex, type JsonQuery, type JsonSide, meetsJson } from './word-conditions.store';

/** A search text, and whether content is searched. */
interface ScopedSearch {
  text: string;
  content: boolean;
}

const CONTENT_FIELDS = new Set(['data', 'response']);

/**
 * The same `where` with the scope of each `search`: content is searched for viewers from whom nothing is masked. Called for
 * each `where` of a caller. A `search` without a scope covers metadata only.
 */
export function scopedWhere<Where>(seesAll: boolean, where: Where): Where {
  return scoped(where, seesAll) as Where;
}

function scoped(value: unknown, content: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => scoped(each, content));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (name === 'search' && typeof each === 'string') return [name, { text: each, content } satisfies ScopedSearch];
      // the values of these filters are arbitrary JSON
      return [name, CONTENT_FIELDS.has(name) ? each : scoped(each, content)];
    }),
  );
}

/** What words are not sought in, for viewers from whom content is hidden; null: they are sought everywhere, or none are. */
export function notSearchedIn(seesAll: boolean, where: unknown): string | null {
  if (seesAll || !hasWords(where)) return null;
  return 'Content is not searched for your role, because masking rules hide it: search covers the reference document, the error, and the scheme and host of the URL.';
}

function hasWords(where: unknown): boolean {
  if (Array.isArray(where)) return where.some(hasWords);
  if (where === null || typeof where !== 'object' || where instanceof Date) return false;
  return Object.entries(where).some(([name, each]) => {
    if (name === 'search' && typeof each === 'string') return readNodeId(each.trim().toLowerCase()) === null;
    return !CONTENT_FIELDS.has(name) && hasWords(each);
  });
}

/** The columns of the log that have the ids of other objects. */
const ID_COLUMNS: Partial<Record<NodeName, string>> = {
  WebhookRequestLog: 'id',
  Webhook: 'webhook_id',
  BusinessEvent: 'business_event_id',
  Delivery: 'delivery_id',
  Replay: 'replay_id',
  User: 'user_id',
};

/** An id of an object, or words. */
export const searchFilter: FieldFilter = (tests, path) => {
  const { text, content } = scopedSearch(tests);
  const node = readNodeId(text.trim().toLowerCase());
  const column = node && ID_COLUMNS[node.name];
  return column ? equalsId(column, node.id) : foundInIndex(searchQuery(text, content, path));
};

// conditionOf() spreads each test into an object; an unscoped text becomes an object of its characters
function scopedSearch(tests: Record<string, unknown>): ScopedSearch {
  if (typeof tests.content === 'boolean') return tests as unknown as ScopedSearch;
  return { text: Object.values(tests).join(''), content: false };
}

/** `contains` and `path` on the JSON of a payload or a response. */
export function jsonFilter(side: JsonSide): FieldFilter {
  return (tests, path) =>
    all(Object.entries(tests).map(([name, value]) => jsonCondition(jsonQuery(side, name, value, [...path, name]))));
}

function jsonQuery(side: JsonSide, name: string, value: unknown, path: string[]): JsonQuery {
  if (name === 'contains') return containsQuery(side, value, path);
  if (value === null) {
    refuseAmbiguous(path, 'null');
  }
  return pathQuery(side, value as PathTests, path);
}

function jsonCondition(query: JsonQuery): Condition {
  return foundInIndex(query, meetsJson(query));
}

/**
 * The same filters for changes, whose requests are not indexed yet: bodies are tested without the index, and `search`
 * is refused.
 */
export const UNINDEXED_FILTERS: Record<'search' | JsonSide, FieldFilter> = {
  search: (_tests, path) => {
    refuse(path, 'subscriptions do not support search, because new requests are not indexed yet; use another filter');
  },
  data: unindexedJsonFilter('data'),
  response: unindexedJsonFilter('response'),
};

function unindexedJsonFilter(side: JsonSide): FieldFilter {
  return (tests, path) =>
    all(Object.entries(tests).map(([name, value]) => meetsJson(jsonQuery(side, name, value, [...path, name]))));
}
