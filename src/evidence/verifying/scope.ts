// Which rows a verification compares.

import { InputError, inputError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { FIRST_ID, firstIdAt, LAST_ID, type NodeName, readNodeId } from '../../values/ids';
import { faultsOfIds } from '../exporting/rows-to-export';
import type { LeafKind } from '../formats/leaf-kinds';
import { namesOf, type SubjectType } from '../names/name.store';
import { decisionsOf } from '../sealed-rows.store';
import type { RowRange } from './checked-rows.store';

export const SCOPE_KINDS = ['ALL', 'RANGE', 'IDS'] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

/** A scope as it is stored and shown. */
export interface Scope {
  kind: ScopeKind;
  /** RANGE: ISO 8601, inclusive. */
  from: string | null;
  /** RANGE: ISO 8601, exclusive. */
  to: string | null;
  /** IDS: of requests, events, audit entries, deliveries, users and webhooks. */
  ids: string[] | null;
}

export const WHOLE_LOG: Scope = { kind: 'ALL', from: null, to: null, ids: null };

/** The rows of each kind, the deliveries, and the users and webhooks, that a scope covers. */
export type Covered = { readonly [Kind in LeafKind | 'delivery' | SubjectType]: RowRange };

export async function coveredBy(db: Db, scope: Scope): Promise<Covered> {
  if (scope.kind !== 'IDS') {
    // ids begin with the time, and no row has the first id of a millisecond
    const after = scope.from === null ? FIRST_ID : firstIdAt(Date.parse(scope.from));
    const last = scope.to === null ? LAST_ID : firstIdAt(Date.parse(scope.to));
    const range = { after, last, ids: null };
    return {
      request: range,
      audit: range,
      event: range,
      decision: range,
      name: range,
      delivery: range,
      User: range,
      Webhook: range,
    };
  }
  const nodes = (scope.ids ?? []).map(readNodeId);
  const only = (ids: string[]): RowRange => ({ after: FIRST_ID, last: LAST_ID, ids });
  const idsOf = (name: NodeName) => nodes.flatMap((node) => (node?.name === name ? [node.id] : []));
  const [deliveries, users, webhooks] = [idsOf('Delivery'), idsOf('User'), idsOf('Webhook')];
  const decisions = [...(await decisionsOf(db, deliveries)).values()].flat();
  const names = [...(await namesOf(db, [...users, ...webhooks])).values()].flat();
  return {
    request: only(idsOf('WebhookRequestLog')),
    audit: only(idsOf('AuditEntry')),
    event: only(idsOf('BusinessEvent')),
    decision: only(decisions),
    name: only(names),
    delivery: only(deliveries),
    User: only(users),
    Webhook: only(webhooks),
  };
}

// The scope of a verification that a caller asks for.

/** One of the two. */
export interface RequestedScope {
  range?: { from: Date; to: Date };
  ids?: string[];
}

/** @param requested null: the whole log @throws InputError for each fault */
export function checkedScope(requested: RequestedScope | null | undefined): Scope {
  if (!requested) return WHOLE_LOG;
  const { range, ids = [] } = requested;
  if (range) {
    const [from, to] = [range.from.toISOString(), range.to.toISOString()];
    if (range.from < range.to) return { kind: 'RANGE', from, to, ids: null };
    throw inputError(['scope', 'range', 'to'], 'INVALID', `to must be after from, ${from}, not ${to}.`);
  }
  const faults = faultsOfIds(ids, ['scope', 'ids']);
  if (faults.length > 0) throw new InputError(faults);
  return { kind: 'IDS', from: null, to: null, ids };
}
