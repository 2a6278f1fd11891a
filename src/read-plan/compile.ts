// From a document to the plan of one statement; null where the resolvers have to be asked.
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
import { ID_PREFIXES, isNodeName } from '../ids';
import { jsonOf, nodeIdOf, numberOf, timeOf, wordOf } from '../sql/json-sql';
import { compileConnection } from './compile-connection';
import { type Compiler, setsOf, Unreadable } from './compiler';
import { pickerOf } from './pick';
import type { ObjectEntry, ObjectPlan, PagesPlan, PostProcess, QueryPlan, RootEntry } from './plan';
import { type Asked, fieldsAsked } from './selection';
import type { PagesField, SqlField, TypeSqlFields, ValueField } from './sql-fields';

export function compileQuery(given: Omit<Compiler, 'rules'>, operation: OperationDefinitionNode): QueryPlan | null {
  const query = given.schema.getQueryType();
  if (operation.operation !== OperationTypeNode.QUERY || !query) return null;
  const compiler: Compiler = { ...given, rules: new Set() };
  try {
    const roots = fieldsAsked(compiler, query, [operation.selectionSet]).map((asked) => rootOf(compiler, query, asked));
    return { roots, rules: [...compiler.rules], postProcess: mendRoots(roots) };
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

function rootOf(compiler: Compiler, query: GraphQLObjectType, asked: Asked): RootEntry {
  const { field, reading } = fieldOf(compiler, query, asked);
  if (reading.kind === 'pages')
    return { key: asked.key, kind: 'pages', pages: pagesOf(compiler, asked, field, reading) };
  if (reading.kind !== 'one') throw new Unreadable();
  const object = objectOf(compiler, reading.of, setsOf(asked));
  return { key: asked.key, kind: 'one', reading, field, node: asked.nodes[0], object };
}

function mendRoots(roots: readonly RootEntry[]): PostProcess | null {
  const mends = roots.flatMap((root) => {
    const postProcess = root.kind === 'one' ? root.object.postProcess : root.pages.connection.postProcess;
    return postProcess ? [{ key: root.key, postProcess }] : [];
  });
  return mends.length === 0 ? null : mendEach(mends);
}

function mendEach(mends: readonly { key: string; postProcess: PostProcess }[]): PostProcess {
  return (object, context) => {
    for (const { key, postProcess } of mends) {
      const value = object[key] as Record<string, unknown> | null;
      if (value !== null) postProcess(value, context);
    }
  };
}

/** The definition of a field and how it is read; its roles are noted. */
function fieldOf(compiler: Compiler, type: GraphQLObjectType, asked: Asked) {
  const field = type.getFields()[asked.name] as GraphQLField<unknown, unknown> | undefined;
  // a key that JavaScript takes for something else than a key
  if (!field || asked.key === '__proto__') throw new Unreadable();
  for (const rule of rulesOf(compiler.schema, type, field)) compiler.rules.add(rule);
  const types = compiler.types.get(type.name);
  const told = types?.fields.get(asked.name);
  const isPlain = told?.kind === 'value' && told.whenContentAllowed === 'PLAIN' && compiler.readsContent;
  const reading = told && !isPlain ? told : types && plainReading(types, asked.name, field.type);
  if (!reading) throw new Unreadable();
  return { field, reading };
}

function objectOf(compiler: Compiler, name: string, sets: readonly SelectionSetNode[]): ObjectPlan {
  const type = compiler.schema.getType(name);
  const reading = compiler.types.get(name);
  if (!isObjectType(type) || !reading) throw new Unreadable();
  const mends: PostProcess[] = [];
  const entries = fieldsAsked(compiler, type, sets).map((asked): ObjectEntry => {
    const { key } = asked;
    if (asked.name === '__typename') return { key, kind: 'constant', json: JSON.stringify(name) };
    const { field, reading: told } = fieldOf(compiler, type, asked);
    if (told.kind === 'value') return valueEntry(compiler, asked, field, told, mends);
    return linkedOf(compiler, asked, field, told, mends);
  });
  const postProcess: PostProcess | null =
    mends.length === 0
      ? null
      : (object, context) => {
          for (const each of mends) each(object, context);
        };
  return { type: reading, entries, postProcess };
}

function valueEntry(
  compiler: Compiler,
  asked: Asked,
  field: GraphQLField<unknown, unknown>,
  reading: ValueField,
  mends: PostProcess[],
): ObjectEntry {
  const { key } = asked;
  const pick = pickerOf(compiler, getNamedType(field.type), setsOf(asked));
  const { after } = reading;
  if (pick && !after) throw new Unreadable();
  if (after) {
    mends.push((object, context) => {
      const value = after(object[key], context);
      object[key] = pick ? pick(value) : value;
    });
  }
  return { key, kind: 'value', reading };
}

function linkedOf(
  compiler: Compiler,
  asked: Asked,
  field: GraphQLField<unknown, unknown>,
  reading: Exclude<SqlField, ValueField>,
  mends: PostProcess[],
): ObjectEntry {
  const { key } = asked;
  if (reading.kind === 'one') throw new Unreadable();
  if (reading.kind === 'pages') {
    const pages = pagesOf(compiler, asked, field, reading);
    if (pages.connection.postProcess) mends.push(mendEach([{ key, postProcess: pages.connection.postProcess }]));
    return { key, kind: 'pages', pages };
  }
  const object = objectOf(compiler, reading.to, setsOf(asked));
  if (object.postProcess) mends.push(mendEach([{ key, postProcess: object.postProcess }]));
  return { key, kind: 'link', column: reading.column, object };
}

function pagesOf(
  compiler: Compiler,
  asked: Asked,
  field: GraphQLField<unknown, unknown>,
  reading: PagesField,
): PagesPlan {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) throw new Unreadable();
  const connection = compileConnection(compiler, type, setsOf(asked), (sets) => objectOf(compiler, reading.of, sets));
  return { reading, field, node: asked.nodes[0], connection };
}

function writerOf(type: GraphQLOutputType): typeof jsonOf {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isEnumType(inner)) return wordOf;
  if (isScalarType(inner) && inner.name === 'Int') return numberOf;
  return isScalarType(inner) && inner.name === 'DateTime' ? timeOf : jsonOf;
}

// A column of the same name, written as its GraphQL type wants it.
function plainReading(types: TypeSqlFields, name: string, type: GraphQLOutputType): ValueField | null {
  const column = types.columns.get(name);
  if (column === undefined) return null;
  if (name === 'id' && isNodeName(types.type)) {
    const prefix = ID_PREFIXES[types.type];
    return { kind: 'value', json: (row) => nodeIdOf(prefix, row.column(column)) };
  }
  const write = writerOf(type);
  return { kind: 'value', json: (row) => write(row.column(column), !isNonNullType(type)) };
}
