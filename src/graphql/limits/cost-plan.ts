// Compiles the cost of a document once, so that a request only needs a few multiplications with its variables.
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { LOOKED_AT } from '../../sql/listing';
import { fragmentsOf } from '../selects';
import {
  type ArgumentWeight,
  defaultsOf,
  filterCost,
  idsGiven,
  type NumberOf,
  pageSize,
  pointsOfArguments,
  surcharge,
  type Variables,
  variableOf,
} from './cost-arguments';

/** Points in addition to 1 for each row. 1 point is about 10 µs of the database. */
export interface CostWeights {
  /** For each resolution of a field: `Query.search`, or `*.totalCount` for all types. */
  fields: ReadonlyMap<string, number>;
  /** In addition, for each resolution: depends on the values of the arguments. */
  arguments: ReadonlyMap<string, ArgumentWeight>;
  /** For each occurrence of a name in a `where`. */
  filters: ReadonlyMap<string, number>;
  /** For each list with a filter by another name than these, however many rows have the list. */
  unindexed: { points: number; indexed: ReadonlySet<string> };
}

/** The selection below one row. */
interface Level {
  /** Points for each row, independent of the size of pages. */
  points: number;
  /** Points that depend on variables. */
  filters: NumberOf[];
  /** Points that count once, however many rows there are. */
  flat: NumberOf[];
  /** `embedded`: the elements are parts of the row and cost 1 point together; the selection below counts for each. */
  lists: { size: NumberOf; embedded: boolean; below: Level }[];
  /** Selections with @skip or @include and a variable. */
  optional: { isAsked: (variables: Variables) => boolean; level: Level }[];
  /** For the rows of a connection: the level of the connection itself, whose fields count once. */
  around: Level | null;
}

interface CostPlan {
  root: Level;
  /** Whether it selects `__schema` or `__type`. */
  introspects: boolean;
}

interface Compiler {
  schema: GraphQLSchema;
  weights: CostWeights;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  defaults: Variables;
  introspects: boolean;
}

const MUTATION_POINTS = 10;
/** The assumed length of a list without pages, such as the credentials of a webhook. */
const ASSUMED_LIST = 10;

function planCost(
  schema: GraphQLSchema,
  weights: CostWeights,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CostPlan {
  const compiler = {
    schema,
    weights,
    fragments: fragmentsOf(document),
    defaults: defaultsOf(operation),
    introspects: false,
  };
  const root = emptyLevel();
  const type = schema.getRootType(operation.operation);
  if (type) addSelections(compiler, root, operation.selectionSet, type);
  return { root, introspects: compiler.introspects };
}

function emptyLevel(around: Level | null = null): Level {
  return { points: 0, filters: [], flat: [], lists: [], optional: [], around };
}

function addSelections(compiler: Compiler, above: Level, set: SelectionSetNode, type: GraphQLNamedType): void {
  for (const selection of set.selections) {
    const level = levelFor(compiler, above, selection.directives);
    if (!level) continue;
    if (selection.kind === Kind.FIELD) {
      addField(compiler, level, selection, type);
      continue;
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? compiler.fragments.get(selection.name.value) : selection;
    const condition = fragment?.typeCondition && compiler.schema.getType(fragment.typeCondition.name.value);
    if (fragment) addSelections(compiler, level, fragment.selectionSet, condition ?? type);
  }
}

// null: left out whatever the variables say
function levelFor(compiler: Compiler, above: Level, directives: readonly DirectiveNode[] = []): Level | null {
  let level = above;
  for (const { name, arguments: args } of directives) {
    const value = args?.find((each) => each.name.value === 'if')?.value;
    if (!value || (name.value !== 'skip' && name.value !== 'include')) continue;
    const wanted = name.value === 'include';
    if (value.kind === Kind.BOOLEAN && value.value !== wanted) return null;
    if (value.kind !== Kind.VARIABLE) continue;
    const given = variableOf(compiler.defaults, value.name.value);
    level = optionalLevel(level, (variables) => (given(variables) === true) === wanted);
  }
  return level;
}

function optionalLevel(above: Level, isAsked: (variables: Variables) => boolean): Level {
  const level = emptyLevel(above.around && optionalLevel(above.around, isAsked));
  above.optional.push({ isAsked, level });
  return level;
}

function addField(compiler: Compiler, among: Level, field: FieldNode, parent: GraphQLNamedType): void {
  const name = field.name.value;
  const isSaidOnce = isConnection(parent) && name !== 'nodes' && name !== 'edges';
  const level = (isSaidOnce ? among.around : null) ?? among;
  if (name === '__schema' || name === '__type') compiler.introspects = true;
  level.points += weightOf(compiler, parent.name, name);
  const defined = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
  // introspection has no rows
  if (!defined) return;
  if (parent === compiler.schema.getMutationType()) level.points += MUTATION_POINTS;
  const filters = filterCost(field.arguments, compiler.weights.filters, compiler.defaults);
  level.points += filters.points;
  level.filters.push(...filters.open);
  const weight = compiler.weights.arguments.get(`${parent.name}.${name}`);
  if (weight) level.filters.push(pointsOfArguments(weight, field, compiler.defaults));
  const type = getNamedType(defined.type);
  // only a list looks at rows; statistics and subscriptions have prices of their own
  if (isConnection(type)) level.flat.push(surcharge(field, compiler.weights.unindexed, compiler.defaults));
  if (!field.selectionSet || !isCompositeType(type)) return;
  const size = sizeOf(compiler, field, defined, parent);
  if (!size) {
    if (isLink(type) && !isPaged(parent)) level.points += 1;
    addSelections(compiler, level, field.selectionSet, type);
    return;
  }
  const below = emptyLevel(isConnection(type) ? level : null);
  addSelections(compiler, below, field.selectionSet, type);
  level.lists.push({ ...size, below });
}

function weightOf({ weights }: Compiler, type: string, field: string): number {
  return weights.fields.get(`${type}.${field}`) ?? weights.fields.get(`*.${field}`) ?? 0;
}

// to another row, which has to be found; what is only a part of its row costs nothing
function isLink(type: GraphQLNamedType): boolean {
  return isAbstractType(type) || (isObjectType(type) && type.getInterfaces().some((each) => each.name === 'Node'));
}

// null: one, or what its connection has counted already
function sizeOf(
  compiler: Compiler,
  field: FieldNode,
  { type, args }: GraphQLField<unknown, unknown>,
  parent: GraphQLNamedType,
): { size: NumberOf; embedded: boolean } | null {
  if (isPaged(parent)) return null;
  if (isConnection(getNamedType(type))) return { size: pageSize(field, compiler.defaults), embedded: false };
  if (!isListType(getNullableType(type))) return null;
  if (args.some((each) => each.name === 'ids')) return { size: idsGiven(field, compiler.defaults), embedded: false };
  if (args.some((each) => each.name === 'first')) return { size: pageSize(field, compiler.defaults), embedded: false };
  return { size: () => ASSUMED_LIST, embedded: true };
}

// whose rows the connection has counted
function isPaged(type: GraphQLNamedType): boolean {
  return isConnection(type) || type.name.endsWith('Edge');
}

function isConnection({ name }: GraphQLNamedType): boolean {
  return name.endsWith('Connection');
}

/** The maximum number of rows of one request: the sizes of nested pages are multiplied. */
const MAX_ROWS = 50_000;
/** The maximum points of one request: rows, linked rows and weights. */
export const MAX_COST = 100_000;

export interface Cost {
  /** The rows if all pages are full. */
  rows: number;
  /** Points: rows, linked rows and weights. At least 1. */
  points: number;
  introspects: boolean;
  /** The number of lists: one below each of ten rows is ten. */
  lists: number;
}

/** Compiles each document once. Apollo caches documents, and the plan is dropped with its document. */
export function createPlans(
  schema: GraphQLSchema,
  weights: CostWeights,
): (document: DocumentNode, operation: OperationDefinitionNode) => CostPlan {
  const plans = new WeakMap<OperationDefinitionNode, CostPlan>();
  return (document, operation) => {
    let plan = plans.get(operation);
    if (!plan) {
      plan = planCost(schema, weights, document, operation);
      plans.set(operation, plan);
    }
    return plan;
  };
}

/** The cost of the operation with these variables. */
export function costOf(plan: CostPlan, variables: Variables): Cost {
  const cost: Cost = { rows: 0, points: 0, introspects: plan.introspects, lists: 0 };
  addLevel(cost, plan.root, 1, variables);
  cost.points = Math.max(1, cost.points);
  return cost;
}

function addLevel(cost: Cost, level: Level, parents: number, variables: Variables): void {
  cost.points += level.points * parents;
  for (const points of level.filters) cost.points += points(variables) * parents;
  // however many rows have the list: all lists of a document together look at a limited number of rows
  for (const points of level.flat) cost.points += points(variables);
  for (const { size, embedded, below } of level.lists) {
    const rows = size(variables) * parents;
    if (!embedded) {
      cost.rows += rows;
      cost.lists += parents;
    }
    cost.points += embedded ? parents : rows;
    addLevel(cost, below, rows, variables);
  }
  for (const { isAsked, level: inner } of level.optional)
    if (isAsked(variables)) addLevel(cost, inner, parents, variables);
}

/** @returns the refusal; null: the cost is within the limits */
export function tooExpensive({ rows, points }: Cost): string | null {
  if (rows > MAX_ROWS) {
    return `The query asks for up to ${rows} rows and costs ${points}; at most ${MAX_ROWS} rows are allowed. Ask for smaller pages.`;
  }
  if (points > MAX_COST) {
    return `The query costs ${points}; at most ${MAX_COST} are allowed. Ask for smaller pages, or for less in each row.`;
  }
  return null;
}

/** Rows that all lists of a document look at together. */
const LOOKED_AT_BY_ALL = 50_000;
/** Few different numbers, since each is another statement. */
const SHARES = [LOOKED_AT, 5_000, 2_000, 1_000, 500, 200];

/** How many rows a page of each list looks at: at least its rows. */
export function shareOfLists({ lists }: Cost): number {
  const share = LOOKED_AT_BY_ALL / Math.max(lists, 1);
  return SHARES.find((each) => each <= share) ?? 1;
}
