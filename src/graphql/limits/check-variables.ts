import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { AppError } from '../../errors';
import { type ShapeFault, shapeOf } from '../arguments/input-shape';
import type { Variables } from './cost-arguments';

/** The maximum number of values in the variables of one request. 500 events have 3,500. */
export const MAX_INPUT_VALUES = 10_000;

/**
 * graphql-js needs 10 µs to coerce a value, before roles are checked: a filter of 16 MiB would block the process for
 * many seconds. The content of a JSON value is not counted, because it is not coerced.
 * @param seesSchema whether a message may name a field that is like an unknown one
 * @returns the variables that the operation declares. A request may have any number of others, which mean nothing
 * @throws AppError BAD_USER_INPUT for the first fault in the shape of a value; LIMIT_EXCEEDED
 */
export function checkedVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
  seesSchema: boolean,
): Variables {
  const declared: Record<string, unknown> = Object.create(null);
  let left = MAX_INPUT_VALUES;
  for (const [name, type] of typesOfVariables(schema, operation)) {
    if (!Object.hasOwn(variables, name)) continue;
    const value = variables[name];
    declared[name] = value;
    // graphql-js has its own message about a variable that is null
    if (value === null) continue;
    const shape = shapeOf(value, type, left);
    if (shape.fault) throw new AppError('BAD_USER_INPUT', messageAbout(name, shape.fault, seesSchema));
    left -= shape.values;
    if (left < 0) {
      throw new AppError(
        'LIMIT_EXCEEDED',
        `The variables hold more than ${MAX_INPUT_VALUES} values. Send fewer at once.`,
      );
    }
  }
  return declared;
}

function messageAbout(variable: string, { path, message, suggestion }: ShapeFault, seesSchema: boolean): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  const at = path.length > 0 ? ` at "${variable}${steps}"` : '';
  return `Variable "$${variable}" got an invalid value${at}; ${message}${seesSchema ? suggestion : ''}`;
}

type TypedVariables = readonly (readonly [string, GraphQLInputType])[];

const known = new WeakMap<OperationDefinitionNode, TypedVariables>();

// Apollo caches documents
function typesOfVariables(schema: GraphQLSchema, operation: OperationDefinitionNode): TypedVariables {
  const before = known.get(operation);
  if (before) return before;
  const types = (operation.variableDefinitions ?? []).flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]);
    return isInputType(type) ? [[variable.name.value, type] as const] : [];
  });
  known.set(operation, types);
  return types;
}
