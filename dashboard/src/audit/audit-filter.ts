// The filter of the audit trail, in the address of the page.
import type { AuditEntryWhere } from '../api/generated/documents';

export interface AuditFilter {
  /** Beginning of a name, or the id of a user. */
  actor: string;
  action: string;
  subject: string;
  /** A name in the criteria, as a whole. */
  seen: string;
}

const NAMES = ['actor', 'action', 'subject', 'seen'] as const satisfies (keyof AuditFilter)[];

export function readAuditFilter(search: URLSearchParams): AuditFilter {
  const value = (name: keyof AuditFilter) => (search.get(name) ?? '').slice(0, 200);
  return { actor: value('actor'), action: value('action'), subject: value('subject'), seen: value('seen') };
}

export function writeAuditFilter(filter: AuditFilter): Record<string, string> {
  return Object.fromEntries(NAMES.map((name) => [name, filter[name].trim()]).filter(([, value]) => value !== ''));
}

export function auditWhere({ actor, action, subject, seen }: AuditFilter): AuditEntryWhere {
  const isId = actor.startsWith('usr_');
  return {
    ...(actor === '' ? {} : { actor: isId ? { id: { eq: actor } } : { name: { startsWith: actor } } }),
    ...(action === '' ? {} : { action: { startsWith: action } }),
    ...(subject === '' ? {} : { subjectId: { eq: subject } }),
    ...(seen === '' ? {} : { criteria: { contains: seen } }),
  };
}
