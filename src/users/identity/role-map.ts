import type { RoleRule } from '../../config/config-values';
import { ROLES, type Role } from '../../viewer';

/** The roles of all rules that the claims meet. */
export function rolesByClaims(rules: readonly RoleRule[], claims: Readonly<Record<string, unknown>>): Role[] {
  const met = rules.filter(({ claim, value }) => valuesOf(claims, claim).includes(value)).map(({ role }) => role);
  return ROLES.filter((role) => met.includes(role));
}

// A claim is named as it is, such as a URL, or by its path, such as realm_access.roles.
function valuesOf(claims: Readonly<Record<string, unknown>>, claim: string): unknown[] {
  if (Object.hasOwn(claims, claim)) return listOf(claims[claim]);
  let found: unknown = claims;
  for (const step of claim.split('.')) {
    const isObject = typeof found === 'object' && found !== null && Object.hasOwn(found, step);
    found = isObject ? (found as Record<string, unknown>)[step] : undefined;
  }
  return listOf(found);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}
