import type { GraphQLObjectType, SelectionSetNode } from 'graphql';
import { getNamedType, isObjectType } from 'graphql';
import { type Compiler, setsOf, Unreadable } from './compiler';
import type { ConnectionEntry, ConnectionPlan, EdgeEntry, ObjectPlan, PageInfoEntry, PostProcess } from './plan';
import { type CollectedField, collectFields } from './selection';

export function compileConnection(
  compiler: Compiler,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  objectOf: (sets: readonly SelectionSetNode[]) => ObjectPlan,
): ConnectionPlan {
  const found: { object: ObjectPlan | null; paths: Path[] } = { object: null, paths: [] };
  const note = (collected: CollectedField, path: Path) => {
    // the rows are written once: a query that selects both `nodes` and `edges { node }` is left to the resolvers
    if (found.object) throw new Unreadable();
    found.object = objectOf(setsOf(collected));
    found.paths.push(path);
  };
  const entries = collectFields(compiler, type, sets).map((collected) =>
    connectionEntry(compiler, type, collected, note),
  );
  const needsPageInfo = entries.some(
    (entry) => entry.kind === 'pageInfo' && entry.entries.some((each) => each.kind !== 'constant'),
  );
  return { entries, object: found.object, needsPageInfo, postProcess: postProcessOf(found.object, found.paths[0]) };
}

type Path = { list: string; node: string | null };
type Note = (collected: CollectedField, path: Path) => void;

function connectionEntry(
  compiler: Compiler,
  type: GraphQLObjectType,
  collected: CollectedField,
  note: Note,
): ConnectionEntry {
  const { key, name } = collected;
  if (name === '__typename') return { key, kind: 'constant', json: JSON.stringify(type.name) };
  if (name === 'nodes') {
    note(collected, { list: key, node: null });
    return { key, kind: 'nodes' };
  }
  if (name === 'edges') return { key, kind: 'edges', entries: edgeEntries(compiler, type, collected, note) };
  if (name === 'pageInfo') return { key, kind: 'pageInfo', entries: pageInfoEntries(compiler, type, collected) };
  if (name === 'totalCount' || name === 'totalCountIsExact') return { key, kind: name };
  throw new Unreadable();
}

function edgeEntries(compiler: Compiler, type: GraphQLObjectType, collected: CollectedField, note: Note): EdgeEntry[] {
  const edgeType = below(type, 'edges');
  return collectFields(compiler, edgeType, setsOf(collected)).map((each): EdgeEntry => {
    if (each.name === '__typename') return { key: each.key, kind: 'constant', json: JSON.stringify(edgeType.name) };
    if (each.name === 'cursor') return { key: each.key, kind: 'cursor' };
    if (each.name !== 'node') throw new Unreadable();
    note(each, { list: collected.key, node: each.key });
    return { key: each.key, kind: 'node' };
  });
}

const PAGE_INFO = ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor', 'searchedTo', 'notSearched'] as const;

function pageInfoEntries(compiler: Compiler, type: GraphQLObjectType, collected: CollectedField): PageInfoEntry[] {
  const infoType = below(type, 'pageInfo');
  return collectFields(compiler, infoType, setsOf(collected)).map(({ key, name }): PageInfoEntry => {
    if (name === '__typename') return { key, kind: 'constant', json: JSON.stringify(infoType.name) };
    const kind = PAGE_INFO.find((each) => each === name);
    if (!kind) throw new Unreadable();
    return { key, kind };
  });
}

function below(type: GraphQLObjectType, field: string): GraphQLObjectType {
  const found = type.getFields()[field];
  const named = found && getNamedType(found.type);
  if (!isObjectType(named)) throw new Unreadable();
  return named;
}

function postProcessOf(object: ObjectPlan | null, path: Path | undefined): PostProcess | null {
  const postProcess = object?.postProcess;
  if (!postProcess || !path) return null;
  return (connection, context) => {
    for (const each of connection[path.list] as Record<string, unknown>[]) {
      postProcess(path.node === null ? each : (each[path.node] as Record<string, unknown>), context);
    }
  };
}
