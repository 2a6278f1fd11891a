import { LRUCache } from 'lru-cache';
import type { Viewer } from '../access/viewer';
import type { Db } from '../sql/db';
import { newId, timeOfId } from '../values/ids';
import { type AuditEntryRow, insertAuditEntries, insertAuditEntry } from './audit-entry.store';
import { criteriaText } from './criteria';

// What an entry says beside its columns: `before` and `after` of a change, what else was recorded, and its criteria.
export interface EntryDetails {
  before: unknown;
  after: unknown;
  others: Record<string, unknown> | null;
  criteria: Record<string, unknown> | null;
}

type Values = Record<string, unknown>;

/** Who a user is, in the entries about users, keys and identities. */
const OF_PERSON = new Set([
  'name',
  'fullName',
  'email',
  'identityIssuer',
  'identitySubject',
  'issuer',
  'subject',
  'label',
]);

/** The parts of an entry about a user: who they are stands in the criteria, which the erasure of the user takes. */
export function partsAboutUser(given: Values): { criteria: Values; details: Values } {
  const criteria: Values = {};
  const details: Values = {};
  for (const [key, value] of Object.entries(given)) {
    if (key !== 'before' && key !== 'after') {
      (OF_PERSON.has(key) ? criteria : details)[key] = value;
      continue;
    }
    const values = Object.entries(value as Values);
    const own = values.filter(([name]) => OF_PERSON.has(name));
    const rest = values.filter(([name]) => !OF_PERSON.has(name));
    if (own.length > 0) criteria[key] = Object.fromEntries(own);
    if (rest.length > 0) details[key] = Object.fromEntries(rest);
  }
  return { criteria, details };
}

/** @param details as stored, as the criteria; null: none were recorded, or they are erased */
export function readDetails({ details, criteria }: { details: string | null; criteria: string | null }): EntryDetails {
  const { before, after, ...others } = valuesOf(details);
  const { before: ownBefore, after: ownAfter, ...named } = valuesOf(criteria);
  return {
    before: joined(ownBefore, before),
    after: joined(ownAfter, after),
    others: Object.keys(others).length > 0 ? others : null,
    criteria: Object.keys(named).length > 0 ? named : null,
  };
}

const valuesOf = (text: string | null): Values => (text === null ? {} : JSON.parse(text));

function joined(own: unknown, rest: unknown): unknown {
  return own === undefined || rest === undefined ? (own ?? rest ?? null) : { ...(own as Values), ...(rest as Values) };
}

export interface Act {
  /** subject.verb in the past tense: `webhook.paused`. */
  action: string;
  /** null: it concerns no object, such as a sign-in of an unknown person. */
  subjectType: string | null;
  subjectId: string | null;
  /** DONE, unless the act was refused. */
  outcome?: AuditEntryRow['outcome'];
  /** The reason as the user gave it. */
  reason?: string | null;
  /** Values of filters, and names that the user gave, with the lists of src/audit/criteria.ts; they are shown beside the details. */
  criteria?: Record<string, unknown>;
  /** The person at the identity provider who acts; left out: they are not recorded. */
  person?: { issuer: string; subject: string } | null;
  /** What changed, without names; never a secret. Nothing erases it. */
  details?: Record<string, unknown>;
}

/** The user who acted, and the origin of the request. */
export interface Actor extends Pick<Viewer, 'apiKeyId' | 'sessionId' | 'remoteAddress' | 'userAgent' | 'requestId'> {
  /** null: a caller who could not be identified. */
  userId: string | null;
}

/** Records an act of a user. It must run in the transaction of the change, so that no change is without an entry. */
export async function recordAct(db: Db, actor: Actor, act: Act): Promise<void> {
  await insertAuditEntry(db, auditEntry(actor, act));
}

/** The same of several acts. */
export async function recordActs(db: Db, actor: Actor, acts: readonly Act[]): Promise<void> {
  await insertAuditEntries(
    db,
    acts.map((act) => auditEntry(actor, act)),
  );
}

/** Records an act of the system. @returns the id of the entry */
export async function recordOwnAct(db: Db, act: Act): Promise<string> {
  const entry = auditEntry(null, act);
  await insertAuditEntry(db, entry);
  return entry.id;
}

/** Records what was refused to a caller who could not be identified. */
export async function recordRefusal(
  db: Db,
  from: Omit<Actor, 'userId' | 'apiKeyId' | 'sessionId'>,
  act: Pick<Act, 'action' | 'reason' | 'criteria' | 'details'>,
): Promise<void> {
  const unidentified = { userId: null, apiKeyId: null, sessionId: null };
  const refused = { ...act, subjectType: null, subjectId: null, outcome: 'DENIED' } as const;
  await insertAuditEntry(db, auditEntry({ ...from, ...unidentified }, refused));
}

/** An entry for a caller that inserts it in the statement of the change. */
export function auditEntry(actor: Actor | null, act: Act): AuditEntryRow {
  const id = newId();
  return {
    id,
    createdAt: timeOfId(id),
    action: act.action,
    actorId: actor?.userId ?? null,
    actorKind: actor?.userId ? 'USER' : 'SYSTEM',
    apiKeyId: actor?.apiKeyId ?? null,
    sessionId: actor?.sessionId ?? null,
    subjectType: act.subjectType,
    subjectId: act.subjectId,
    outcome: act.outcome ?? 'DONE',
    reason: act.reason ?? null,
    criteria: act.criteria && Object.keys(act.criteria).length > 0 ? criteriaText(act.criteria) : null,
    details: act.details ? JSON.stringify(act.details) : null,
    remoteAddress: actor?.remoteAddress ?? null,
    userAgent: actor?.userAgent ?? null,
    identityIssuer: act.person?.issuer ?? null,
    identitySubject: act.person?.subject ?? null,
    requestId: actor?.requestId ?? null,
  };
}

const MAX_KEYS = 1_000;

/** Decides which of many equal refusals have an entry: the trail is kept for years, and a caller must not fill it. */
export interface RefusalEntries {
  /**
   * @param key what is refused, and to whom
   * @returns what the entry says of the refusals before it that have none; null: this one has none
   */
  take(key: string): { notRecorded: number } | null;
}

/** One entry for each key and window, and at most `maxEntries` in a window. */
export function createRefusalEntries({
  windowMs,
  maxEntries,
}: {
  windowMs: number;
  maxEntries: number;
}): RefusalEntries {
  const keys = new LRUCache<string, { until: number; count: number }>({ max: MAX_KEYS });
  let all = { until: 0, entries: 0 };
  return {
    take(key) {
      const now = performance.now();
      if (now >= all.until) all = { until: now + windowMs, entries: 0 };
      const known = keys.get(key);
      if (all.entries >= maxEntries || (known && now < known.until)) {
        keys.set(key, { until: known?.until ?? now, count: (known?.count ?? 0) + 1 });
        return null;
      }
      all.entries += 1;
      keys.set(key, { until: now + windowMs, count: 0 });
      return { notRecorded: known?.count ?? 0 };
    },
  };
}
