import {
  type DocumentNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { CallerChanged, InputError } from '../errors/errors';
import type { Context } from './context';

export type Field = GraphQLField<unknown, Context>;

/**
 * Changes a field of the schema while it is made, when nothing else uses it. To make a changed copy of the schema took a
 * twentieth of the start of an API, for each copy.
 */
export type FieldRule = (field: Field, type: GraphQLObjectType) => void;

/** Applies the rule to each field of all object types. */
export function changeFields(schema: GraphQLSchema, rule: FieldRule): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) rule(field, type);
  }
}

// Fields whose value is another one for each viewer with the same roles: an answer that has one of them is not shared.

/** For `@Extensions` of such a field. */
export const DEPENDS_ON_VIEWER = { dependsOnViewer: true };

/** Whether the document selects such a field. */
export function dependsOnViewer(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const Field = () => {
    found ||= types.getFieldDef()?.extensions.dependsOnViewer === true;
  };
  visit(document, visitWithTypeInfo(types, { Field }));
  return found;
}

// Mutations whose own transaction confirms a viewer from the auth cache, so that no statement does it before them.

/** For `@Extensions` of a mutation that works in `confirming`. */
export const CONFIRMS_VIEWER = { confirmsViewer: true };

/** Whether such a mutation is all that the operation does. */
export function confirmsViewer(schema: GraphQLSchema, { selectionSet }: OperationDefinitionNode): boolean {
  const [only, ...others] = selectionSet.selections;
  if (only?.kind !== Kind.FIELD || others.length > 0) return false;
  return schema.getMutationType()?.getFields()[only.name.value]?.extensions.confirmsViewer === true;
}

/**
 * If the viewer is confirmed afterwards, or if the work may have changed something, `optimisticAuth` of the context is null.
 * Otherwise the operation is run again after the viewer was read.
 * @param work gets the version that the viewer must have; undefined: the viewer is confirmed. With a version, it must not throw
 * InputError or CallerChanged after it has changed something
 */
export async function confirming<T>(context: Context, work: (version?: string) => Promise<T>): Promise<T> {
  const { optimisticAuth } = context;
  try {
    const done = await work(optimisticAuth?.version);
    context.optimisticAuth = null;
    return done;
  } catch (error) {
    if (!(error instanceof InputError || error instanceof CallerChanged)) context.optimisticAuth = null;
    throw error;
  }
}
