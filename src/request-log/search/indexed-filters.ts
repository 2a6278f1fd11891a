// The filters that the index of the log answers.
import type { FieldFilter } from '../../graphql/lists/where-to-sql';
import { type NodeName, readNodeId } from '../../ids';
import { refuse, refuseAmbiguous } from '../../refuse-argument';
import { all, type Condition } from '../../sql/condition';
import { readsContent, type Viewer } from '../../viewer';
import { foundInIndex, hasId, type JsonQuery, type JsonSide, meetsJson } from './indexed-condition.store';
import { containsQuery, type PathTests, pathQuery } from './json-query';
import { searchQuery } from './search-query';

/** A search text, and whether the one who asks may read content. */
interface ScopedSearch {
  text: string;
  content: boolean;
}

const CONTENT_FIELDS = new Set(['data', 'response']);

/**
 * The same `where`, in which each `search` says how far it may look: who may not read payloads finds nothing in them. To be
 * called wherever somebody's `where` comes in; one without it looks only into what everybody may read.
 */
export function scopedWhere<Where>(viewer: Viewer | null, where: Where): Where {
  return scoped(where, readsContent(viewer)) as Where;
}

function scoped(value: unknown, content: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => scoped(each, content));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (name === 'search' && typeof each === 'string') return [name, { text: each, content } satisfies ScopedSearch];
      // what is in there is JSON of the caller's
      return [name, CONTENT_FIELDS.has(name) ? each : scoped(each, content)];
    }),
  );
}

/** Where the log has the ids of other things. */
const ID_COLUMNS: Partial<Record<NodeName, string>> = {
  WebhookRequestLog: 'id',
  Webhook: 'webhook_id',
  BusinessEvent: 'business_event_id',
  Delivery: 'delivery_id',
  Replay: 'replay_id',
  User: 'user_id',
};

/** An id of ours, or words. */
export const searchFilter: FieldFilter = (tests, path) => {
  const { text, content } = scopedSearch(tests);
  const node = readNodeId(text.trim().toLowerCase());
  const column = node && ID_COLUMNS[node.name];
  return column ? hasId(column, node.id) : foundInIndex(searchQuery(text, content, path));
};

// conditionOf makes an object of what it finds, also of a text: its characters
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
 * The same filters for requests as they change, which the index does not have yet: a body is looked into by itself, and
 * words cannot be looked for.
 */
export const UNINDEXED_FILTERS: Record<'search' | JsonSide, FieldFilter> = {
  search: (_tests, path) => {
    refuse(path, 'words are found in an index, which does not contain the requests of this moment; use another filter');
  },
  data: unindexedJsonFilter('data'),
  response: unindexedJsonFilter('response'),
};

function unindexedJsonFilter(side: JsonSide): FieldFilter {
  return (tests, path) =>
    all(Object.entries(tests).map(([name, value]) => meetsJson(jsonQuery(side, name, value, [...path, name]))));
}
