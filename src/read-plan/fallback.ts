import type { Viewer } from '../viewer';
import type { QueryPlan } from './plan';

/** Why the resolvers answer a query, and not one statement. */
export const FALLBACK_REASONS = [
  // a field that can be read only by its resolver
  'no_plan',
  // the roles of the viewer do not allow every field
  'roles',
  'invalid_argument',
  'timeout',
  // an error that is not expected: it is logged as a warning
  'error',
] as const;
export type FallbackReason = (typeof FALLBACK_REASONS)[number];

export type OnFallback = (reason: FallbackReason) => void;

/** Whether the viewer may read every field of the plan. Otherwise the resolvers answer, and refuse field by field. */
export function rolesAllow({ rules }: QueryPlan, viewer: Viewer | null): boolean {
  return viewer !== null && rules.every((rule) => rule.some((role) => viewer.roles.has(role)));
}
