// Replaces the values of a part of a row that its viewer may not see. Lists and keys of objects stay.
import {
  type MaskTree,
  type Standing,
  standingOfElement,
  standingOfMember,
  standingOfRoot,
  strategyOf,
} from './mask-tree';
import type { Strategy } from './rule';

/** What stands in place of a value. */
export const HIDDEN = '•••';

/** A shorter text is hidden: its last four characters would be most of it. */
const MIN_FOR_LAST4 = 8;

/** @param value as JSON has it. @param trees of the viewer's roles */
export function maskedJson(trees: readonly MaskTree[], value: unknown): unknown {
  const standings = trees.map((tree) => standingOfRoot(tree, value));
  // a text may be JSON that was cut off, or is of another form: no path finds what it must hide in it
  if (!isComposed(value)) return scalar(value, strategyOf(standings) === 'LAST4' ? 'LAST4' : 'HIDE');
  return masked(standings, value);
}

const isComposed = (value: unknown): value is object => typeof value === 'object' && value !== null;

function masked(standings: readonly Standing[], value: unknown): unknown {
  if (!isComposed(value)) return scalar(value, strategyOf(standings));
  if (strategyOf(standings) === 'SHOW' && standings.every(({ reached }) => reached.length === 0)) return value;
  if (Array.isArray(value)) {
    return value.map((each, index) =>
      masked(
        standings.map((standing) => standingOfElement(standing, index, each)),
        each,
      ),
    );
  }
  // not by assignment, which would take the key __proto__ for the prototype
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const within = standings.map((standing) => standingOfMember(standing, key, each));
      return [key, masked(within, each)];
    }),
  );
}

/** null is a value too. */
function scalar(value: unknown, strategy: Strategy): unknown {
  if (strategy === 'SHOW') return value;
  if (strategy === 'HIDE' || (typeof value !== 'string' && typeof value !== 'number')) return HIDDEN;
  const characters = Array.from(String(value));
  return characters.length < MIN_FOR_LAST4 ? HIDDEN : HIDDEN + characters.slice(-4).join('');
}

/** All values of a JSON value hidden. */
export function hiddenJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hiddenJson);
  if (!isComposed(value)) return HIDDEN;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hiddenJson(each)]));
}
