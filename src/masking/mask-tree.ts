// The rules of one role for one part of a row, as a tree of path steps, and where a value stands in it.
import type { PathStep } from '../json/json-path';
import { looser, type Strategy, stricter } from './rule';

interface Node {
  strategy: Strategy | null;
  keys: Map<string, Node>;
  indexes: Map<number, Node>;
  any: Node | null;
}

export interface MaskTree {
  root: Node;
  /** Of what no path reaches. */
  otherwise: Strategy;
  /** Whether nothing of any value is hidden. */
  isWhole: boolean;
}

export interface PathRule {
  path: readonly PathStep[];
  strategy: Strategy;
}

export function maskTree(rules: readonly PathRule[], otherwise: Strategy): MaskTree {
  const root = newNode();
  for (const { path, strategy } of rules) {
    const node = path.reduce(childOf, root);
    // of two rules for one path, the stricter
    node.strategy = node.strategy === null ? strategy : stricter(node.strategy, strategy);
  }
  const atRoot = root.strategy ?? otherwise;
  return { root, otherwise, isWhole: atRoot === 'SHOW' && rules.every(({ strategy }) => strategy === 'SHOW') };
}

const newNode = (): Node => ({ strategy: null, keys: new Map(), indexes: new Map(), any: null });

function childOf(node: Node, step: PathStep): Node {
  if (step === 'any') {
    node.any ??= newNode();
    return node.any;
  }
  return 'key' in step ? childIn(node.keys, step.key) : childIn(node.indexes, step.index);
}

function childIn<Key>(children: Map<Key, Node>, key: Key): Node {
  const child = children.get(key) ?? newNode();
  children.set(key, child);
  return child;
}

interface Reached {
  node: Node;
  /** The steps of the path that reached it. */
  depth: number;
}

/** Where a value stands: the nodes that its place has reached, and what the longest path so far says. */
export interface Standing {
  reached: readonly Reached[];
  strategy: Strategy;
  depth: number;
}

export function standingOfRoot({ root, otherwise }: MaskTree, value: unknown): Standing {
  return arrived([{ node: root, depth: 0 }], value, { reached: [], strategy: otherwise, depth: -1 });
}

/** @param value the member with this key */
export function standingOfMember(standing: Standing, key: string, value: unknown): Standing {
  const next = standing.reached.flatMap(({ node, depth }) => found(node.keys.get(key), depth + 1));
  return arrived(next, value, standing);
}

/** As in SQL/JSON paths, a key of a list is a key of its elements. @param value the element with this index */
export function standingOfElement(standing: Standing, index: number, value: unknown): Standing {
  const next = standing.reached.flatMap((at) => [
    ...found(at.node.indexes.get(index), at.depth + 1),
    ...found(at.node.any, at.depth + 1),
    ...(at.node.keys.size > 0 ? [at] : []),
  ]);
  return arrived(next, value, standing);
}

const found = (node: Node | null | undefined, depth: number): Reached[] => (node ? [{ node, depth }] : []);

function arrived(next: readonly Reached[], value: unknown, from: Standing): Standing {
  if (next.length === 0) return { ...from, reached: [] };
  const reached = Array.isArray(value) ? next : next.flatMap(asOnlyElement);
  let { strategy, depth } = from;
  for (const each of reached) {
    const said = each.node.strategy;
    if (said === null || each.depth < depth) continue;
    strategy = each.depth > depth ? said : stricter(strategy, said);
    depth = each.depth;
  }
  return { reached, strategy, depth };
}

// likewise, what is no list counts as a list of one
function asOnlyElement(at: Reached): Reached[] {
  const within = [...found(at.node.any, at.depth + 1), ...found(at.node.indexes.get(0), at.depth + 1)];
  return [at, ...within.flatMap(asOnlyElement)];
}

/** What is done to a value that stands in the trees of several roles: what the role says that sees most. */
export function strategyOf(standings: readonly Standing[]): Strategy {
  return standings.reduce<Strategy>((strategy, standing) => looser(strategy, standing.strategy), 'HIDE');
}
