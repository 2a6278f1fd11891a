// The rules of one role for one part of a row, as a tree of path steps, and where a value stands in it.
import type { PathStep } from '../json/json-part';
import { looser, type Strategy, stricter } from './rule';

/** Where the steps of some rules have led. */
export interface Node {
  /** Unique among the nodes of all trees. */
  id: number;
  /** The number of steps. */
  depth: number;
  strategy: Strategy | null;
  keys: Map<string, Node>;
  indexes: Map<number, Node>;
  any: Node | null;
}

interface MaskTree {
  root: Node;
  /** The strategy for values that no path reaches. */
  otherwise: Strategy;
  /** Whether nothing of any value is hidden. */
  isWhole: boolean;
}

export interface PathRule {
  path: readonly PathStep[];
  strategy: Strategy;
}

export function maskTree(rules: readonly PathRule[], otherwise: Strategy): MaskTree {
  const root = newNode(0);
  for (const { path, strategy } of rules) {
    const node = path.reduce(childOf, root);
    // of two rules for one path, the stricter
    node.strategy = node.strategy === null ? strategy : stricter(node.strategy, strategy);
  }
  const atRoot = root.strategy ?? otherwise;
  return { root, otherwise, isWhole: atRoot === 'SHOW' && rules.every(({ strategy }) => strategy === 'SHOW') };
}

let nodes = 0;

function newNode(depth: number): Node {
  nodes += 1;
  return { id: nodes, depth, strategy: null, keys: new Map(), indexes: new Map(), any: null };
}

function childOf(node: Node, step: PathStep): Node {
  if (step === 'any') {
    node.any ??= newNode(node.depth + 1);
    return node.any;
  }
  return 'key' in step ? childIn(node, node.keys, step.key) : childIn(node, node.indexes, step.index);
}

function childIn<Key>({ depth }: Node, children: Map<Key, Node>, key: Key): Node {
  const child = children.get(key) ?? newNode(depth + 1);
  children.set(key, child);
  return child;
}

/** Where a value stands: the nodes that its place has reached, and what the longest path so far says. */
interface MaskPosition {
  reached: readonly Node[];
  strategy: Strategy;
  depth: number;
}

function positionOfRoot({ root, otherwise }: MaskTree, isList: boolean): MaskPosition {
  return arrived([root], isList, { reached: [], strategy: otherwise, depth: -1 });
}

/** @param key null: one that no rule names. @param isList whether the member is one */
function positionOfMember(position: MaskPosition, key: string | null, isList: boolean): MaskPosition {
  const next = key === null ? [] : position.reached.flatMap(({ keys }) => found(keys.get(key)));
  return arrived(next, isList, position);
}

/**
 * As in SQL/JSON paths, a key of a list is a key of its elements.
 * @param index null: one that no rule names. @param isList whether the element is one too
 */
function positionOfElement(position: MaskPosition, index: number | null, isList: boolean): MaskPosition {
  const next = position.reached.flatMap((at) => [
    ...(index === null ? [] : found(at.indexes.get(index))),
    ...found(at.any),
    ...(at.keys.size > 0 ? [at] : []),
  ]);
  return arrived(next, isList, position);
}

const found = (node: Node | null | undefined): Node[] => (node ? [node] : []);

function arrived(next: readonly Node[], isList: boolean, from: MaskPosition): MaskPosition {
  if (next.length === 0) return { ...from, reached: [] };
  // several ways may lead to one node
  const reached = [...new Set(isList ? next : next.flatMap(asOnlyElement))];
  let { strategy, depth } = from;
  for (const each of reached) {
    const said = each.strategy;
    if (said === null || each.depth < depth) continue;
    strategy = each.depth > depth ? said : stricter(strategy, said);
    depth = each.depth;
  }
  return { reached, strategy, depth };
}

// likewise, what is no list counts as a list of one
function asOnlyElement(at: Node): Node[] {
  return [at, ...[...found(at.any), ...found(at.indexes.get(0))].flatMap(asOnlyElement)];
}

/** What is done to a value that stands in the trees of several roles: what the role says that sees most. */
function strategyOf(positions: readonly MaskPosition[]): Strategy {
  return positions.reduce<Strategy>((strategy, position) => looser(strategy, position.strategy), 'HIDE');
}

// Where values stand in the trees of a viewer, and the ways on from there. Rules are few and values many, so each way is found
// once and kept.

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
