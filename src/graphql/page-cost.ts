import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { AppError } from '../errors';
import { DEFAULT_PAGE, MAX_PAGE } from './page-args';

/** How many rows one request may ask for, all its pages multiplied out. */
export const MAX_ROWS = 50_000;

export interface Operation {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
}

/**
 * Pages in pages in pages: 100 of 100 of 100 are a million rows. Counted with the variables, which validation never sees.
 * @throws AppError LIMIT_EXCEEDED
 */
export function refuseTooManyRows(asked: Operation): void {
  const root = asked.schema.getRootType(asked.operation.operation);
  const rows = root ? rowsBelow(asked, asked.operation.selectionSet, root, 1) : 0;
  if (rows <= MAX_ROWS) return;
  const message = `The query asks for up to ${rows} rows; at most ${MAX_ROWS} are allowed. Ask for smaller pages.`;
  throw new AppError('LIMIT_EXCEEDED', message);
}

function rowsBelow(asked: Operation, set: SelectionSetNode, type: GraphQLNamedType, parents: number): number {
  return set.selections.reduce((total, selection) => {
    if (selection.kind === Kind.FIELD) return total + rowsOfField(asked, selection, type, parents);
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? asked.fragments.get(selection.name.value) : selection;
    if (!fragment) return total;
    const condition = fragment.typeCondition && asked.schema.getType(fragment.typeCondition.name.value);
    return total + rowsBelow(asked, fragment.selectionSet, condition ?? type, parents);
  }, 0);
}

function rowsOfField(asked: Operation, field: FieldNode, parent: GraphQLNamedType, parents: number): number {
  if (!field.selectionSet || !(isObjectType(parent) || isInterfaceType(parent))) return 0;
  const defined = parent.getFields()[field.name.value];
  const type = defined && getNamedType(defined.type);
  // introspection has no rows
  if (!type || !isCompositeType(type)) return 0;
  const own = parents * rowsOfOne(asked, field, defined);
  return own + rowsBelow(asked, field.selectionSet, type, own || parents);
}

function rowsOfOne(asked: Operation, field: FieldNode, { type, args }: GraphQLField<unknown, unknown>): number {
  if (getNamedType(type).name.endsWith('Connection')) return pageSize(asked, field);
  // nodes(ids): as many as may be asked for
  return args.some((argument) => argument.name === 'ids') ? MAX_PAGE : 0;
}

function pageSize(asked: Operation, field: FieldNode): number {
  const argument = (name: string) => field.arguments?.find((each) => each.name.value === name)?.value;
  const size = numberOf(asked, argument('last')) ?? numberOf(asked, argument('first')) ?? DEFAULT_PAGE;
  // a page that is too large or too small is refused by itself
  return Math.min(Math.max(size, 1), MAX_PAGE);
}

function numberOf(asked: Operation, value: ValueNode | undefined): number | null {
  if (value?.kind === Kind.INT) return Number(value.value);
  if (value?.kind !== Kind.VARIABLE) return null;
  const given = asked.variables[value.name.value] ?? defaultOf(asked, value.name.value);
  return typeof given === 'number' ? given : null;
}

function defaultOf({ operation }: Operation, name: string): number | undefined {
  const value = operation.variableDefinitions?.find((each) => each.variable.name.value === name)?.defaultValue;
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}
