// Which content an operation reads. Each document is compiled once; a request only needs the values of its variables.
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Role } from '../../access/viewer';
import { rulesOf } from '../roles/has-role';
import { fragmentsOf } from '../selects';
import { addUsedFilters, type ContentFilters, contentFiltersOf, filtersOfArgument, isContent } from './content';

type Variables = Readonly<Record<string, unknown>>;

/** Characters. The audit trail has the names of operations. */
export const MAX_OPERATION_NAME = 200;

/** What an operation with these variables reads for a viewer with these roles. */
export interface SelectedContent {
  /** The name of the operation, at most 200 characters; null: it has none. */
  operation: string | null;
  /** `Type.field`, of content that is selected or filtered by. */
  fields: readonly string[];
  /** The arguments on the way to it, without those of pages. */
  filter: readonly { field: string; arguments: Readonly<Record<string, unknown>> }[];
  /** `id` of the only root field; null: there are several, or it has no `id`. */
  rowId: string | null;
}

/** @returns null: the operation reads no content */
export type ContentOf = (variables: Variables, roles: ReadonlySet<Role>) => SelectedContent | null;

interface ContentField {
  name: string;
  rules: readonly (readonly Role[])[];
  isAsked: (variables: Variables) => boolean;
}

interface FieldArguments {
  /** The names of the fields down to it, joined by dots. */
  field: string;
  isRoot: boolean;
  valuesOf: (variables: Variables) => Record<string, unknown>;
  /** Of the arguments whose filters can compare content. */
  filters: readonly { name: string; of: ContentFilters }[];
}

interface Compiler {
  schema: GraphQLSchema;
  filters: ReadonlyMap<string, ContentFilters>;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  fields: ContentField[];
  arguments: FieldArguments[];
  rootFields: Set<string>;
}

/** Arguments that select no rows. */
const OF_PAGES = new Set(['first', 'last', 'after', 'before', 'orderBy']);

/** Compiles each operation once. Apollo caches documents, and what is compiled is dropped with its document. */
export function createContentSelections(
  schema: GraphQLSchema,
): (document: DocumentNode, operation: OperationDefinitionNode) => ContentOf | null {
  const filters = contentFiltersOf(schema);
  const known = new WeakMap<OperationDefinitionNode, ContentOf | null>();
  return (document, operation) => {
    let compiled = known.get(operation);
    if (compiled === undefined) {
      compiled = compile(schema, filters, document, operation);
      known.set(operation, compiled);
    }
    return compiled;
  };
}

function compile(
  schema: GraphQLSchema,
  filters: ReadonlyMap<string, ContentFilters>,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ContentOf | null {
  const compiler: Compiler = {
    schema,
    // a mutation has an entry of its own
    filters: operation.operation === OperationTypeNode.MUTATION ? new Map() : filters,
    fragments: fragmentsOf(document),
    fields: [],
    arguments: [],
    rootFields: new Set(),
  };
  const root = schema.getRootType(operation.operation);
  if (root) addSelections(compiler, operation.selectionSet, root, { path: '', isAsked: () => true });
  const { fields, arguments: given, rootFields } = compiler;
  const mayFilter = given.some((each) => each.filters.length > 0);
  if (fields.length === 0 && !mayFilter) return null;
  const defaults = defaultsOf(operation);
  const name = operation.name?.value.slice(0, MAX_OPERATION_NAME) ?? null;
  return (variables, roles) => {
    const values = { ...defaults, ...variables };
    const filter = given.map((each) => ({ ...each, arguments: each.valuesOf(values) }));
    const read = new Set<string>();
    for (const { name: field, rules, isAsked } of fields) {
      if (rules.every((rule) => rule.some((role) => roles.has(role))) && isAsked(values)) read.add(field);
    }
    for (const each of filter) {
      for (const { name: argument, of } of each.filters) addUsedFilters(filters, of, each.arguments[argument], read);
    }
    if (read.size === 0) return null;
    const [only] = filter.filter(({ isRoot }) => isRoot);
    const id = rootFields.size === 1 ? only?.arguments.id : undefined;
    return {
      operation: name,
      fields: [...read].sort(),
      filter: filter.map(({ field, arguments: args }) => ({ field, arguments: args })),
      rowId: typeof id === 'string' ? id : null,
    };
  };
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

interface Place {
  /** The names of the fields above, joined by dots. */
  path: string;
  isAsked: (variables: Variables) => boolean;
}

// returns whether the selections contain content
function addSelections(compiler: Compiler, set: SelectionSetNode, type: GraphQLNamedType, above: Place): boolean {
  let found = false;
  for (const selection of set.selections) {
    const place = { ...above, isAsked: askedBy(selection.directives, above.isAsked) };
    if (selection.kind === Kind.FIELD) {
      found = addField(compiler, selection, type, place) || found;
      continue;
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? compiler.fragments.get(selection.name.value) : selection;
    const condition = fragment?.typeCondition && compiler.schema.getType(fragment.typeCondition.name.value);
    if (fragment) found = addSelections(compiler, fragment.selectionSet, condition ?? type, place) || found;
  }
  return found;
}

function askedBy(
  directives: readonly DirectiveNode[] = [],
  above: (variables: Variables) => boolean,
): (variables: Variables) => boolean {
  return directives.reduce((isAsked, { name, arguments: args = [] }) => {
    const value = args.find((each) => each.name.value === 'if')?.value;
    if (!value || (name.value !== 'skip' && name.value !== 'include')) return isAsked;
    const wanted = name.value === 'include';
    return (variables) => isAsked(variables) && (valueFromASTUntyped(value, variables) === true) === wanted;
  }, above);
}

function addField(compiler: Compiler, node: FieldNode, parent: GraphQLNamedType, { path, isAsked }: Place): boolean {
  const { schema } = compiler;
  const name = node.name.value;
  const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
  if (!field) return false;
  if (path === '') compiler.rootFields.add(`${name} ${node.alias?.value ?? ''}`);
  const at = path === '' ? name : `${path}.${name}`;
  const isOwn = isContent(schema, field);
  if (isOwn && isObjectType(parent)) {
    compiler.fields.push({ name: `${parent.name}.${name}`, rules: rulesOf(schema, parent, field), isAsked });
  }
  const isBelow =
    node.selectionSet !== undefined &&
    addSelections(compiler, node.selectionSet, getNamedType(field.type), { path: at, isAsked });
  addArguments(compiler, node, field, { field: at, isRoot: path === '' }, isOwn || isBelow);
  return isOwn || isBelow;
}

// those on the way to content, and those that can compare it
function addArguments(
  { filters, arguments: all }: Compiler,
  { arguments: given = [] }: FieldNode,
  { args }: GraphQLField<unknown, unknown>,
  { field, isRoot }: Pick<FieldArguments, 'field' | 'isRoot'>,
  leadsToContent: boolean,
): void {
  const rows = given.filter(({ name }) => !OF_PAGES.has(name.value));
  const comparing = args.flatMap(({ name, type }) => {
    const of = filtersOfArgument(filters, type);
    return of && rows.some((each) => each.name.value === name) ? [{ name, of }] : [];
  });
  if (rows.length === 0 || !(leadsToContent || comparing.length > 0)) return;
  const valuesOf = (variables: Variables) =>
    Object.fromEntries(rows.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]));
  all.push({ field, isRoot, valuesOf, filters: comparing });
}
