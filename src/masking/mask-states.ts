// Where values stand in the trees of a viewer, and the ways on from there. Rules are few and values many, so each way is found
// once and kept.
import {
  type MaskPosition,
  type MaskTree,
  positionOfElement,
  positionOfMember,
  positionOfRoot,
  strategyOf,
} from './mask-tree';
import type { Strategy } from './rule';

export interface MaskState {
  /** What is done to a value that stands here. */
  strategy: Strategy;
  /** Whether a rule may say something else about a value below. */
  leadsOn: boolean;
  /** @param value the member with this key */
  member(key: string, value: unknown): MaskState;
  /** @param value the element with this index */
  element(index: number, value: unknown): MaskState;
}

/** A document whose lists are nested in many ways could make more. They are used, and not kept. */
const MAX_KEPT = 10_000;

/** @param trees of the viewer's roles @returns where a whole part stands */
export function maskStates(trees: readonly MaskTree[]): (value: unknown) => MaskState {
  const kept = new Map<string, MaskState>();

  function stateOf(positions: readonly MaskPosition[]): MaskState {
    const name = positions.map(nameOf).join();
    const known = kept.get(name);
    if (known) return known;
    const state = newState(positions);
    if (kept.size < MAX_KEPT) kept.set(name, state);
    return state;
  }

  function newState(positions: readonly MaskPosition[]): MaskState {
    const reached = positions.flatMap((position) => position.reached);
    const strategy = strategyOf(positions);
    if (reached.length === 0) {
      const state: MaskState = { strategy, leadsOn: false, member: () => state, element: () => state };
      return state;
    }
    const member = waysOn(new Set(reached.flatMap(({ keys }) => [...keys.keys()])), (key, isList) =>
      stateOf(positions.map((position) => positionOfMember(position, key, isList))),
    );
    const element = waysOn(new Set(reached.flatMap(({ indexes }) => [...indexes.keys()])), (index, isList) =>
      stateOf(positions.map((position) => positionOfElement(position, index, isList))),
    );
    return { strategy, leadsOn: true, member, element };
  }

  const roots = [false, true].map((isList) => stateOf(trees.map((tree) => positionOfRoot(tree, isList))));
  return (value) => roots[Array.isArray(value) ? 1 : 0] as MaskState;
}

const nameOf = ({ reached, strategy, depth }: MaskPosition) =>
  `${reached.map(({ id }) => id).join('+')}:${strategy}:${depth}`;

/** @param named what rules name; all others lead the same way. @param find null: one that none names */
function waysOn<Key>(named: ReadonlySet<Key>, find: (key: Key | null, isList: boolean) => MaskState) {
  const [ways, waysOfLists] = [false, true].map((isList) => {
    const found = new Map<Key, MaskState | null>([...named].map((key) => [key, null]));
    let other: MaskState | null = null;
    return (key: Key): MaskState => {
      const known = found.get(key);
      if (known) return known;
      if (known === undefined) {
        other ??= find(null, isList);
        return other;
      }
      const state = find(key, isList);
      found.set(key, state);
      return state;
    };
  }) as [(key: Key) => MaskState, (key: Key) => MaskState];
  return (key: Key, value: unknown): MaskState => (Array.isArray(value) ? waysOfLists(key) : ways(key));
}
