export const ROLES = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR', 'PUBLISHER'] as const;
export type Role = (typeof ROLES)[number];

/** Every role that may read; PUBLISHER only writes. */
export const READERS: readonly Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR'];

/** The roles that may publish events. */
export const PUBLISHERS: readonly Role[] = ['PUBLISHER', 'SYSTEM_MANAGER'];

/** The roles that may read content: headers, payloads and responses. */
export const CONTENT_READERS: readonly Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'AUDITOR'];

/**
 * The roles that this version knows. A newer version with the same database may have assigned others, which are
 * ignored.
 */
export function knownRoles(roles: readonly string[]): Role[] {
  return roles.filter((role): role is Role => (ROLES as readonly string[]).includes(role));
}

/** The authenticated user and API key of a request. `roles` are the effective roles of the key. */
export interface Viewer {
  userId: string;
  apiKeyId: string;
  name: string;
  roles: ReadonlySet<Role>;
  /** The browser session; null: the key alone. */
  sessionId: string | null;
  remoteAddress: string | null;
  /** What the client says it is, at most 500 characters. */
  userAgent: string | null;
  requestId: string;
}

export function readsContent(viewer: Viewer | null): boolean {
  return CONTENT_READERS.some((role) => viewer?.roles.has(role));
}
