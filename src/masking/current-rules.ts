// The rules that apply now. Each process reads them again if they are older than a second.

import type { Viewer } from '../viewer';
import { ALL_MASKED, type Masks, masksOfRoles, NO_MASKS } from './masks-of-viewer';
import { isUnmasked, type MaskingRule, maskableRolesOf } from './rule';

/** How long a change that another process made may have no effect in this one. */
const FRESH_MS = 1_000;

export interface MaskingRules {
  /** To be awaited before anything is read for the viewer. */
  refresh(viewer: Viewer | null): Promise<void>;
  /** The rules were changed, and the change is committed. */
  changed(): void;
  masksFor(viewer: Viewer | null): Masks;
}

interface Known {
  rules: readonly MaskingRule[];
  /** Counts the changes that this process has seen. */
  version: number;
  text: string;
  /** By the roles of a viewer. */
  masks: Map<string, Masks>;
  /** Each value of an answer asks for the masks of its viewer. */
  ofViewers: WeakMap<Viewer, Masks>;
}

export function createMaskingRules(read: () => Promise<readonly MaskingRule[]>): MaskingRules {
  let known: Known | null = null;
  let freshUntil = 0;
  let changes = 0;
  let reading: Promise<void> | null = null;

  async function readAgain(): Promise<void> {
    const before = changes;
    const rules = await read();
    const text = JSON.stringify(rules);
    if (known?.text !== text) {
      known = { rules, text, version: (known?.version ?? 0) + 1, masks: new Map(), ofViewers: new WeakMap() };
    }
    // what was read may precede a change that was committed meanwhile
    if (before === changes) freshUntil = performance.now() + FRESH_MS;
  }

  return {
    async refresh(viewer) {
      if (isUnmasked(viewer)) return;
      while (performance.now() >= freshUntil) {
        reading ??= readAgain().finally(() => {
          reading = null;
        });
        await reading;
      }
    },
    changed() {
      changes += 1;
      freshUntil = 0;
    },
    masksFor(viewer) {
      if (isUnmasked(viewer)) return NO_MASKS;
      if (!known || !viewer) return ALL_MASKED;
      const found = known.ofViewers.get(viewer);
      if (found) return found;
      const roles = maskableRolesOf(viewer);
      const key = roles.join();
      const masks = known.masks.get(key) ?? masksOfRoles(roles, known.rules, `${key} ${known.version}`);
      known.masks.set(key, masks);
      known.ofViewers.set(viewer, masks);
      return masks;
    },
  };
}
