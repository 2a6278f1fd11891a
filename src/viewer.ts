export const ROLES = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR', 'PUBLISHER'] as const;
export type Role = (typeof ROLES)[number];

/** Every role that may read; PUBLISHER only writes. */
export const READERS: readonly Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR'];

/** Whoever may see what was in an exchange: headers, payload, response. */
export const CONTENT_READERS: readonly Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'AUDITOR'];

/** Those that this version knows: a newer one beside it may have given others, and these give nothing here. */
export function knownRoles(roles: readonly string[]): Role[] {
  return roles.filter((role): role is Role => (ROLES as readonly string[]).includes(role));
}

/** Who is asking: a user through one API key. `roles` are the key's where it has fewer than its user. */
export interface Viewer {
  userId: string;
  apiKeyId: string;
  name: string;
  roles: ReadonlySet<Role>;
  remoteAddress: string | null;
  requestId: string;
}

export function readsContent(viewer: Viewer | null): boolean {
  return CONTENT_READERS.some((role) => viewer?.roles.has(role));
}
