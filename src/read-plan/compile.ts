// From a document to the plan of one statement; null where only the resolvers can answer it.
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { type ListOrder, tagOf } from '../graphql/lists/cursor';
import { rulesOf } from '../graphql/roles/has-role';
import { formOf, maskedPartOf } from '../graphql/roles/masked';
import { base64UrlOf, concatenated, jsonOf, literal, nodeIdOf, numberOf, timeOf, wordOf } from '../sql/json-sql';
import type { PageRequest } from '../sql/listing';
import { orderText } from '../sql/walks/scan-text';
import { ID_PREFIXES, isNodeName } from '../values/ids';
import {
  type CollectedField,
  type Compiler,
  collectFields,
  maskedField,
  pickerOf,
  setsOf,
  Unreadable,
} from './compiler';
import type {
  ConnectionEntry,
  ConnectionPlan,
  EdgeEntry,
  ObjectEntry,
  ObjectPlan,
  PageInfoEntry,
  PagesPlan,
  PostProcess,
  QueryPlan,
  RootEntry,
} from './plan';
import type { PagesField, SqlField, TypeSqlFields, ValueField } from './sql-fields';

export function compileQuery(given: Omit<Compiler, 'rules'>, operation: OperationDefinitionNode): QueryPlan | null {
  const query = given.schema.getQueryType();
  if (operation.operation !== OperationTypeNode.QUERY || !query) return null;
  const compiler: Compiler = { ...given, rules: new Set() };
  try {
    const roots = collectFields(compiler, query, [operation.selectionSet]).map((collected) =>
      rootOf(compiler, query, collected),
    );
    return { roots, rules: [...compiler.rules], postProcess: postProcessRoots(roots) };
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

function rootOf(compiler: Compiler, query: GraphQLObjectType, collected: CollectedField): RootEntry {
  const { field, sqlField } = fieldOf(compiler, query, collected);
  if (sqlField.kind === 'pages')
    return { key: collected.key, kind: 'pages', pages: pagesOf(compiler, collected, field, sqlField) };
  if (sqlField.kind !== 'one') throw new Unreadable();
  const object = objectOf(compiler, sqlField.of, setsOf(collected));
  return { key: collected.key, kind: 'one', sqlField, field, node: collected.nodes[0], object };
}

function postProcessRoots(roots: readonly RootEntry[]): PostProcess | null {
  const steps = roots.flatMap((root) => {
    const postProcess = root.kind === 'one' ? root.object.postProcess : root.pages.connection.postProcess;
    return postProcess ? [{ key: root.key, postProcess }] : [];
  });
  return steps.length === 0 ? null : postProcessKeys(steps);
}

function postProcessKeys(steps: readonly { key: string; postProcess: PostProcess }[]): PostProcess {
  return (object, context) => {
    for (const { key, postProcess } of steps) {
      const value = object[key] as Record<string, unknown> | null;
      if (value !== null) postProcess(value, context);
    }
  };
}

/** The definition of a field and how it is read. Adds the roles of the field to `compiler.rules`. */
function fieldOf(compiler: Compiler, type: GraphQLObjectType, collected: CollectedField) {
  const field = type.getFields()[collected.name] as GraphQLField<unknown, unknown> | undefined;
  if (!field) throw new Unreadable();
  for (const rule of rulesOf(compiler.schema, type, field)) compiler.rules.add(rule);
  const types = compiler.types.get(type.name);
  const declared = types?.fields.get(collected.name);
  const isPlain = declared?.kind === 'value' && declared.whenNothingMasked === 'PLAIN' && compiler.masks.seesAll;
  const sqlField = declared && !isPlain ? declared : types && columnField(types, collected.name, field.type);
  if (!sqlField) throw new Unreadable();
  const part = compiler.masks.seesAll ? null : maskedPartOf(compiler.schema, field);
  if (!part) return { field, sqlField };
  const { tellsRowsApart } = compiler.masks;
  return { field, sqlField: maskedField({ part, form: formOf(field.type), tellsRowsApart }, types, sqlField) };
}

function objectOf(compiler: Compiler, name: string, sets: readonly SelectionSetNode[]): ObjectPlan {
  const type = compiler.schema.getType(name);
  const sqlFields = compiler.types.get(name);
  if (!isObjectType(type) || !sqlFields) throw new Unreadable();
  const steps: PostProcess[] = [];
  const entries = collectFields(compiler, type, sets).map((collected): ObjectEntry => {
    const { key } = collected;
    if (collected.name === '__typename') return { key, kind: 'constant', json: JSON.stringify(name) };
    const { field, sqlField } = fieldOf(compiler, type, collected);
    if (sqlField.kind === 'value') return valueEntry(compiler, collected, field, sqlField, steps);
    return linkedOf(compiler, collected, field, sqlField, steps);
  });
  const postProcess: PostProcess | null =
    steps.length === 0
      ? null
      : (object, context) => {
          for (const each of steps) each(object, context);
        };
  return { type: sqlFields, entries, postProcess };
}

function valueEntry(
  compiler: Compiler,
  collected: CollectedField,
  field: GraphQLField<unknown, unknown>,
  sqlField: ValueField,
  steps: PostProcess[],
): ObjectEntry {
  const { key } = collected;
  const pick = pickerOf(compiler, getNamedType(field.type), setsOf(collected));
  const { after } = sqlField;
  if (pick && !(after && hasAll(compiler, collected, field, sqlField))) throw new Unreadable();
  if (after) {
    steps.push((object, context) => {
      const value = after(object[key], context);
      object[key] = pick ? pick(value) : value;
    });
  }
  return { key, kind: 'value', sqlField };
}

/** Whether the value has all fields that the query selects of it. */
function hasAll(
  compiler: Compiler,
  collected: CollectedField,
  field: GraphQLField<unknown, unknown>,
  { properties }: ValueField,
): boolean {
  const type = getNamedType(field.type);
  if (!properties || !isObjectType(type)) return true;
  const selected = collectFields(compiler, type, setsOf(collected));
  return selected.every(({ name }) => name === '__typename' || properties.includes(name));
}

function linkedOf(
  compiler: Compiler,
  collected: CollectedField,
  field: GraphQLField<unknown, unknown>,
  sqlField: Exclude<SqlField, ValueField>,
  steps: PostProcess[],
): ObjectEntry {
  const { key } = collected;
  if (sqlField.kind === 'one') throw new Unreadable();
  if (sqlField.kind === 'pages') {
    const pages = pagesOf(compiler, collected, field, sqlField);
    if (pages.connection.postProcess) steps.push(postProcessKeys([{ key, postProcess: pages.connection.postProcess }]));
    return { key, kind: 'pages', pages };
  }
  const object = objectOf(compiler, sqlField.to, setsOf(collected));
  if (object.postProcess) steps.push(postProcessKeys([{ key, postProcess: object.postProcess }]));
  return { key, kind: 'link', sqlField, object };
}

function pagesOf(
  compiler: Compiler,
  collected: CollectedField,
  field: GraphQLField<unknown, unknown>,
  sqlField: PagesField,
): PagesPlan {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) throw new Unreadable();
  const connection = compileConnection(compiler, type, setsOf(collected), (sets) =>
    objectOf(compiler, sqlField.of, sets),
  );
  return { sqlField, field, node: collected.nodes[0], connection };
}

function writerOf(type: GraphQLOutputType): typeof jsonOf {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isEnumType(inner)) return wordOf;
  if (isScalarType(inner) && inner.name === 'Int') return numberOf;
  return isScalarType(inner) && inner.name === 'DateTime' ? timeOf : jsonOf;
}

// A field that is not declared is the column of the same name, written as JSON of its GraphQL type.
function columnField(types: TypeSqlFields, name: string, type: GraphQLOutputType): ValueField | null {
  const column = types.columns.get(name);
  if (column === undefined) return null;
  if (name === 'id' && isNodeName(types.type)) {
    const prefix = ID_PREFIXES[types.type];
    return { kind: 'value', json: (row) => nodeIdOf(prefix, row.column(column)) };
  }
  const write = writerOf(type);
  return { kind: 'value', json: (row) => write(row.column(column), !isNonNullType(type)) };
}

function compileConnection(
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

// SQL of the cursors of a page, and of how far it was searched.

/** By field, its JSON. @param name of the rows of the page, as pageSource() returns them */
export function pageInfoTexts(order: ListOrder, request: PageRequest, name: string) {
  const more = `(select count(*) filter (where is_match) > ${request.size} or coalesce(bool_or(is_last), false) from ${name})`;
  const other = literal(String(request.cursor !== null));
  const firstOf = (value: string, ofWhich: string, direction: Pick<PageRequest, 'order' | 'backward'>) =>
    `(select ${value} from (
      select * from (select * from ${name}${ofWhich} limit ${request.size}) as ${name} order by ${orderText(direction)} limit 1
    ) as ${name})`;
  const cursor = cursorText(order, name);
  const against = { order: request.order, backward: !request.backward };
  // in the direction of the request: the first row, and the last one that was looked at
  const begins = `coalesce(${firstOf(cursor, ' where is_match', request)}, 'null')`;
  const ends = `coalesce(${firstOf(cursor, '', against)}, 'null')`;
  const time = timeText(order, name);
  const searchedTo =
    time === null ? literal('null') : `coalesce(case when ${more} then ${firstOf(time, '', against)} end, 'null')`;
  return {
    hasNextPage: request.backward ? other : `${more}::text`,
    hasPreviousPage: request.backward ? `${more}::text` : other,
    startCursor: request.backward ? ends : begins,
    endCursor: request.backward ? begins : ends,
    searchedTo,
  };
}

/** SQL of the time of a place, as JSON; null: the order is not one of time. */
function timeText({ column }: ListOrder, name: string): string | null {
  const ofId = (id: string) => concatenated(timeOf(`(timestamptz 'epoch' + ms_of_id(${id}) * interval '1 ms')`, false));
  if (column === null) return ofId(`${name}.looked_id`);
  if (column.type === 'uuid') return ofId(`${name}.looked_value`);
  return column.type === 'timestamptz' ? concatenated(timeOf(`${name}.looked_value`, false)) : null;
}

// the same as cursorOf() of graphql/lists/cursor.ts
export function cursorText(order: ListOrder, alias: string): string {
  const { column } = order;
  const write = column?.type === 'timestamptz' ? timeOf : jsonOf;
  const value = column ? write(`${alias}.looked_value`, true) : [literal('null')];
  const before = literal(`[${JSON.stringify(tagOf(order))},"`);
  const text = concatenated([before, `${alias}.looked_id::text`, literal('",'), ...value, literal(']')]);
  return concatenated([literal('"'), base64UrlOf(text), literal('"')]);
}
