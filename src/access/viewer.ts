import { Denied } from '../errors/errors';

export const ROLES = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR', 'PUBLISHER'] as const;
export type Role = (typeof ROLES)[number];

/** Every role that may read; PUBLISHER only writes. */
export const READERS: readonly Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR'];

/** The roles that may publish events. */
export const PUBLISHERS: readonly Role[] = ['PUBLISHER', 'SYSTEM_MANAGER'];

export function mayPublish({ roles }: { readonly roles: ReadonlySet<Role> }): boolean {
  return PUBLISHERS.some((role) => roles.has(role));
}

/** The roles that may read all content (headers, payloads and responses), unless masking rules hide some from them. */
export const CONTENT_READERS: readonly Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'AUDITOR'];

/**
 * The roles that this version knows. A newer version with the same database may have assigned others, which are
 * ignored.
 */
export function knownRoles(roles: readonly string[]): Role[] {
  return roles.filter((role): role is Role => (ROLES as readonly string[]).includes(role));
}

/**
 * The error of a caller who has none of the roles that are needed.
 * @param what `Type.field`, or the method and path of a route
 * @param roles of the caller
 */
export function missingRole(what: string, needed: readonly Role[], roles: ReadonlySet<Role>): Denied {
  const own = roles.size === 0 ? 'no role' : [...roles].join(', ');
  return new Denied(what, `${what} needs one of the roles ${needed.join(', ')}. The caller has ${own}.`);
}

/** The authenticated user of a request. `roles` are the effective roles of the key or the session. */
export interface Viewer {
  userId: string;
  /** The key; with a session: the key that the session was made from; null: a session of an identity provider. */
  apiKeyId: string | null;
  name: string;
  roles: ReadonlySet<Role>;
  /** The browser session; null: the key alone. */
  sessionId: string | null;
  remoteAddress: string | null;
  /** What the client says it is, at most 500 characters. */
  userAgent: string | null;
  requestId: string;
}

/** What authenticated the viewer: a session, or else an API key. */
export type Credential = Pick<Viewer, 'apiKeyId' | 'sessionId'>;

/** The id of the session, or else of the API key. Limits of a caller count by it. */
export function credentialId({ sessionId, apiKeyId }: Credential): string {
  return sessionId ?? apiKeyId ?? '';
}
