// Executes queries through graphql-jit, which compiles each into a function: half the time of graphql-js.
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  type DocumentNode,
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  GraphQLError,
  GraphQLInterfaceType,
  type GraphQLSchema,
  GraphQLUnionType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Context } from './context';

export interface Execution {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  operationName: string | null;
  /** As the client sent them, for graphql-js, which coerces them itself. */
  rawVariables: Record<string, unknown>;
  /** Coerced by graphql-js: graphql-jit would run out of memory on inputs that refer to themselves, as every `where` does. */
  variables: Record<string, unknown>;
  context: Context;
}

export type Execute = (execution: Execution) => Promise<ExecutionResult>;

/** As the specification says; no other way is used for mutations, whose inputs are read again as they were written. */
export function executeWithGraphqlJs(schema: GraphQLSchema): Execute {
  return async ({ document, operationName, rawVariables, context }) =>
    execute({ schema, document, operationName, variableValues: rawVariables, contextValue: context });
}

/** Compiling costs as much as ten executions, and a bomb of fragments far more: only what is asked again is worth it. */
const USES_BEFORE_COMPILING = 2;

interface Known {
  uses: number;
  compiled: CompiledQuery['query'] | null;
}

export function executeWithJit(given: GraphQLSchema): Execute {
  const schema = withExplicitResolvers(given);
  const interpreted = executeWithGraphqlJs(given);
  const known = new WeakMap<DocumentNode, Map<string, Known>>();
  return async (execution) => {
    const { document, operation, operationName, variables, context } = execution;
    if (operation.operation !== OperationTypeNode.QUERY) return interpreted(execution);
    const entry = entryOf(known, document, operationName ?? '');
    entry.uses += 1;
    if (entry.uses === USES_BEFORE_COMPILING + 1) entry.compiled = compile(schema, document, operationName);
    if (!entry.compiled) return interpreted(execution);
    const result = await entry.compiled(undefined, context, variables);
    return result.errors ? { ...result, errors: result.errors.map(asGraphqlJs) } : result;
  };
}

// It takes a property for a value, where graphql-js would call a function that stands there. Rows of tables hold values
// alone; what other objects compute only when asked, they compute in functions. What stands for an interface or a union
// says what it is in `__typename`.
function withExplicitResolvers(schema: GraphQLSchema): GraphQLSchema {
  const isRow = (name: string) => {
    const type = schema.getType(name);
    return isObjectType(type) && type.getInterfaces().some((each) => each.name === 'Node');
  };
  return mapSchema(schema, {
    // TypeGraphQL's are asynchronous, for which it does not wait
    [MapperKind.INTERFACE_TYPE]: (type) => new GraphQLInterfaceType({ ...type.toConfig(), resolveType: typenameOf }),
    [MapperKind.UNION_TYPE]: (type) => new GraphQLUnionType({ ...type.toConfig(), resolveType: typenameOf }),
    [MapperKind.OBJECT_FIELD]: (field, _name, typeName) =>
      field.resolve || isRow(typeName) ? field : { ...field, resolve: defaultFieldResolver },
  });
}

const typenameOf = (row: { __typename?: string }) => row.__typename;

function entryOf(known: WeakMap<DocumentNode, Map<string, Known>>, document: DocumentNode, name: string): Known {
  let entries = known.get(document);
  if (!entries) {
    entries = new Map();
    known.set(document, entries);
  }
  let entry = entries.get(name);
  if (!entry) {
    entry = { uses: 0, compiled: null };
    entries.set(name, entry);
  }
  return entry;
}

// null: it cannot be compiled, which graphql-js does not mind
function compile(schema: GraphQLSchema, document: DocumentNode, operationName: string | null) {
  const compiled = compileQuery<Record<string, unknown>, Record<string, unknown>>(
    schema,
    withUntypedVariables(document),
    operationName ?? undefined,
  );
  return isCompiledQuery(compiled) ? (compiled.query as CompiledQuery['query']) : null;
}

// Variables come coerced. Told that they are JSON, it takes them as they are.
function withUntypedVariables(document: DocumentNode): DocumentNode {
  return {
    ...document,
    definitions: document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? { ...definition, variableDefinitions: definition.variableDefinitions?.map(untyped) ?? [] }
        : definition,
    ),
  };
}

function untyped({ defaultValue: _applied, ...definition }: VariableDefinitionNode): VariableDefinitionNode {
  return { ...definition, type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'JSON' } } };
}

// its errors lack the extensions that Apollo looks for, and know their places without knowing the nodes
function asGraphqlJs({ message, path, originalError, locations, extensions }: GraphQLError): GraphQLError {
  const ofCause = (originalError as GraphQLError | undefined)?.extensions;
  const error = new GraphQLError(message, { path, originalError, extensions: extensions ?? ofCause });
  return Object.defineProperty(error, 'locations', { value: locations, enumerable: true });
}
