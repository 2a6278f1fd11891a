// The rules of one role for one part of a row, as a tree of path steps, and where a value stands in it.
import type { PathStep } from '../json/json-path';
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

export interface MaskTree {
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
export interface MaskPosition {
  reached: readonly Node[];
  strategy: Strategy;
  depth: number;
}

export function positionOfRoot({ root, otherwise }: MaskTree, isList: boolean): MaskPosition {
  return arrived([root], isList, { reached: [], strategy: otherwise, depth: -1 });
}

/** @param key null: one that no rule names. @param isList whether the member is one */
export function positionOfMember(position: MaskPosition, key: string | null, isList: boolean): MaskPosition {
  const next = key === null ? [] : position.reached.flatMap(({ keys }) => found(keys.get(key)));
  return arrived(next, isList, position);
}

/**
 * As in SQL/JSON paths, a key of a list is a key of its elements.
 * @param index null: one that no rule names. @param isList whether the element is one too
 */
export function positionOfElement(position: MaskPosition, index: number | null, isList: boolean): MaskPosition {
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
export function strategyOf(positions: readonly MaskPosition[]): Strategy {
  return positions.reduce<Strategy>((strategy, position) => looser(strategy, position.strategy), 'HIDE');
}
