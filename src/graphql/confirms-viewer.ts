// Mutations whose own transaction confirms a viewer from the auth cache, so that no statement does it before them.
import { type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import { CallerChanged, InputError } from '../errors';
import type { Context } from './context';

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
