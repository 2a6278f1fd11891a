// What is hidden from one viewer.
import { LRUCache } from 'lru-cache';
import type { Viewer } from '../access/viewer';
import { type MaskState, maskStates, maskTree, type PathRule } from './mask-tree';
import {
  isUnmasked,
  type MaskableRole,
  type MaskedPart,
  type MaskingRule,
  maskableRolesOf,
  type Origin,
  WITHOUT_RULES,
} from './rule';

/** What is hidden of one part of a row. */
export interface Mask {
  /** Whether nothing of the part is hidden. */
  isWhole: boolean;
  /** The state of a value of the part, before its members. */
  stateOf(value: unknown): MaskState;
}

export interface Masks {
  /**
   * Whether nothing is hidden, in no part of any row. Otherwise content is no filter and no search word: the rows found
   * would tell what is hidden.
   */
  seesAll: boolean;
  /** Whether addresses of partners are whole. */
  showsAddresses: boolean;
  /** Whether rules hide other values of rows of one document type or webhook than of others. */
  tellsRowsApart: boolean;
  /** Differs between masks that hide different values. */
  version: string;
  of(part: MaskedPart, origin: Origin): Mask;
}

const WHOLE: Mask = { isWhole: true, stateOf: maskStates([maskTree([], 'SHOW')]) };
const ALL_HIDDEN: Mask = { isWhole: false, stateOf: maskStates([]) };

export const NO_MASKS: Masks = {
  seesAll: true,
  showsAddresses: true,
  tellsRowsApart: false,
  version: 'all',
  of: () => WHOLE,
};
const ALL_MASKED: Masks = {
  seesAll: false,
  showsAddresses: false,
  tellsRowsApart: false,
  version: 'none',
  of: () => ALL_HIDDEN,
};

/** Masks that are kept, one for each part and each group of rows that the rules tell apart. */
const MAX_KEPT = 2_000;

/** @param rules all of them. @param version of the rules */
export function masksOfRoles(roles: readonly MaskableRole[], rules: readonly MaskingRule[], version: string): Masks {
  if (roles.length === 0) return ALL_MASKED;
  const isOpen = (role: MaskableRole) =>
    WITHOUT_RULES[role] === 'SHOW' && rules.every(({ roles: masked }) => !masked.includes(role));
  if (roles.some(isOpen)) return NO_MASKS;
  const known = new LRUCache<string, Mask>({ max: MAX_KEPT });
  const groupOfType = groupsOf(rules.map(({ documentType }) => documentType));
  const groupOfWebhook = groupsOf(rules.map(({ webhookId }) => webhookId));
  return {
    seesAll: false,
    showsAddresses: roles.some((role) => role !== 'SUPPORT'),
    tellsRowsApart: rules.some(({ documentType, webhookId }) => documentType !== null || webhookId !== null),
    version,
    of(part, origin) {
      const key = `${part} ${groupOfType(origin.documentType)} ${groupOfWebhook(origin.webhookId)}`;
      const kept = known.get(key);
      if (kept) return kept;
      const mask = maskOf(roles, rules, part, origin);
      known.set(key, mask);
      return mask;
    },
  };
}

/**
 * Rows between which no rule decides share one mask: a page has rows of many webhooks, and most rules name none.
 * @param named by the rules; null: all
 * @returns the group of what a row has
 */
function groupsOf(named: readonly (string | null)[]): (found: string | null) => number {
  const groups = new Map([...new Set(named)].filter((each) => each !== null).map((each, index) => [each, index + 2]));
  if (groups.size === 0) return () => 0;
  return (found) => (found === null ? 0 : (groups.get(found) ?? 1));
}

function maskOf(roles: readonly MaskableRole[], rules: readonly MaskingRule[], part: MaskedPart, origin: Origin): Mask {
  const ofPart = rules.filter((rule) => rule.part === part);
  const trees = roles.map((role) => {
    const applied = ofPart.filter((rule) => rule.roles.includes(role)).flatMap((rule) => appliedTo(rule, origin));
    return maskTree(applied, WITHOUT_RULES[role]);
  });
  // what one role sees as a whole needs no look at the others
  return { isWhole: trees.some(({ isWhole }) => isWhole), stateOf: maskStates(trees) };
}

/** The rule as it applies to the row; empty: it applies to other rows. */
function appliedTo(rule: MaskingRule, origin: Origin): PathRule[] {
  const { path, strategy } = rule;
  const fits = [isFor(rule.documentType, origin.documentType), isFor(rule.webhookId, origin.webhookId)];
  if (fits.includes(false)) return [];
  if (!fits.includes(null)) return [{ path, strategy }];
  return strategy === 'SHOW' ? [] : [{ path, strategy: 'HIDE' }];
}

/** @param found null: the row does not say */
function isFor(wanted: string | null, found: string | null): boolean | null {
  if (wanted === null) return true;
  return found === null ? null : wanted === found;
}

// The rules that apply now. Each process reads them again if they are older than a second.

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
