// Masking rules, apart from how they are stored.

import type { Role, Viewer } from '../access/viewer';
import type { PathStep } from '../json/json-part';

/** The parts of an exchange that a rule can name. */
export const MASKED_PARTS = ['DATA', 'HEADERS', 'RESPONSE', 'RESPONSE_HEADERS'] as const;
export type MaskedPart = (typeof MASKED_PARTS)[number];

/** The strategies, from the loosest to the strictest. */
export const STRATEGIES = ['SHOW', 'LAST4', 'HIDE'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** The roles that a rule can name. A SYSTEM_MANAGER makes the rules, so no rule applies to it. */
export const MASKABLE_ROLES = ['INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR'] as const satisfies readonly Role[];
export type MaskableRole = (typeof MASKABLE_ROLES)[number];

/** What is done where no rule says anything. A role that is not here reads nothing. */
export const WITHOUT_RULES: Record<MaskableRole, Strategy> = {
  INTEGRATION_MANAGER: 'SHOW',
  SUPPORT: 'HIDE',
  AUDITOR: 'SHOW',
};

export interface MaskingRule {
  roles: readonly MaskableRole[];
  /** null: all. */
  documentType: string | null;
  /** null: all. */
  webhookId: string | null;
  part: MaskedPart;
  /** change-rules.ts says which part takes one, json-part.ts how it is written. */
  path: readonly PathStep[];
  strategy: Strategy;
}

/** What a row is about. null: not known, so that a rule for some of them is applied as strictly as it can be. */
export interface Origin {
  documentType: string | null;
  webhookId: string | null;
}

export function isUnmasked(viewer: Viewer | null): boolean {
  return viewer?.roles.has('SYSTEM_MANAGER') ?? false;
}

export function maskableRolesOf(viewer: Viewer | null): MaskableRole[] {
  return MASKABLE_ROLES.filter((role) => viewer?.roles.has(role));
}

export function stricter(a: Strategy, b: Strategy): Strategy {
  return STRATEGIES.indexOf(a) > STRATEGIES.indexOf(b) ? a : b;
}

export function looser(a: Strategy, b: Strategy): Strategy {
  return STRATEGIES.indexOf(a) < STRATEGIES.indexOf(b) ? a : b;
}
