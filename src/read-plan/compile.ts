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
import { rulesOf } from '../graphql/roles/has-role';
import { formOf, maskedPartOf } from '../graphql/roles/masked';
import { ID_PREFIXES, isNodeName } from '../ids';
import { jsonOf, nodeIdOf, numberOf, timeOf, wordOf } from '../sql/json-sql';
import { compileConnection } from './compile-connection';
import { type Compiler, setsOf, Unreadable } from './compiler';
import { maskedField } from './masked-field';
import { pickerOf } from './pick';
import type { ObjectEntry, ObjectPlan, PagesPlan, PostProcess, QueryPlan, RootEntry } from './plan';
import { type CollectedField, collectFields } from './selection';
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
