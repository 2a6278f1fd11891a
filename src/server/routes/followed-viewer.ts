// The viewer of a download of the audit trail: keys can expire, and roles and masking rules change, while it continues.
import type { DataSource } from 'typeorm';
import type { MaskingRules } from '../../masking/current-rules';
import { maskedContent } from '../../masking/masked-content';
import { credentialStates, noLongerValid } from '../../users/sessions/authenticate-session';
import { credentialId, missingRole, type Role, type Viewer } from '../../viewer';

const ROLES: readonly Role[] = ['SYSTEM_MANAGER', 'AUDITOR'];

export interface FollowedViewer {
  /** Checks the key and the roles again, if the interval has passed. @throws AppError, Denied */
  check(): Promise<void>;
  /** Returns a function that masks before, after and details as the viewer may see them now. */
  shown(): Promise<(value: unknown) => unknown>;
}

/** @param everyMs how often the right to read is checked again */
export function followViewer(source: DataSource, rules: MaskingRules, viewer: Viewer, everyMs: number): FollowedViewer {
  const origin = { documentType: null, webhookId: null };
  let current = viewer;
  let last = performance.now();
  return {
    async check() {
      if (performance.now() - last < everyMs) return;
      last = performance.now();
      const state = (await credentialStates(source.manager, [viewer])).get(credentialId(viewer));
      if (!state) throw noLongerValid();
      refuseRoles(state.roles);
      current = { ...viewer, roles: state.roles };
    },
    // as in the API, filters of other users may name values that are masked from the viewer
    async shown() {
      await rules.refresh(current);
      const masks = rules.masksFor(current);
      return (value) => maskedContent(masks, 'FILTER', 'JSON', origin, value);
    },
  };
}

/** @throws Denied unless they may read the trail */
export function refuseRoles(roles: ReadonlySet<Role>): void {
  if (ROLES.some((role) => roles.has(role))) return;
  throw missingRole('GET /audit-entries', ROLES, roles);
}
