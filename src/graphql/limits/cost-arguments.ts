// The cost of a field's arguments. What depends on variables is a function, which is called for each request.
import {
  type ArgumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { DEFAULT_PAGE, MAX_PAGE } from '../lists/page-args';

export type Variables = Readonly<Record<string, unknown>>;
export type NumberOf = (variables: Variables) => number;
type ValueOf = (variables: Variables) => unknown;

/** The defaults of variables. */
export function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    variableDefinitions.map(({ variable, defaultValue }) => [variable.name.value, plainValue(defaultValue)]),
  );
}

export function variableOf(defaults: Variables, name: string): ValueOf {
  const fallback = defaults[name];
  return (variables) => {
    // a variable may be called constructor, which every object has
    const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return given === undefined ? fallback : given;
  };
}

function argumentOf(field: FieldNode, name: string, defaults: Variables): ValueOf {
  const value = field.arguments?.find((each) => each.name.value === name)?.value;
  if (value?.kind === Kind.VARIABLE) return variableOf(defaults, value.name.value);
  const plain = plainValue(value);
  return () => plain;
}

function plainValue(value: ValueNode | undefined): unknown {
  if (value?.kind === Kind.INT) return Number(value.value);
  if (value?.kind === Kind.BOOLEAN || value?.kind === Kind.STRING) return value.value;
  if (value?.kind === Kind.LIST) return value.values.map(plainValue);
  if (value?.kind === Kind.OBJECT) {
    return Object.fromEntries(value.fields.map((field) => [field.name.value, plainValue(field.value)]));
  }
  return value === undefined ? undefined : null;
}

/** The number of rows of a page. */
export function pageSize(field: FieldNode, defaults: Variables): NumberOf {
  const last = argumentOf(field, 'last', defaults);
  const first = argumentOf(field, 'first', defaults);
  return (variables) => {
    const asked = last(variables) ?? first(variables);
    // pageRequest refuses other sizes
    return typeof asked === 'number' ? Math.min(Math.max(asked, 1), MAX_PAGE) : DEFAULT_PAGE;
  };
}

/** The number of `ids`. */
export function idsGiven(field: FieldNode, defaults: Variables): NumberOf {
  const ids = argumentOf(field, 'ids', defaults);
  return (variables) => {
    const given = ids(variables);
    return Array.isArray(given) ? Math.min(given.length, MAX_PAGE) : 1;
  };
}

export type ArgumentWeight = (args: Readonly<Record<string, unknown>>) => number;

/** Points that depend on the values of all arguments. */
export function pointsOfArguments(weight: ArgumentWeight, field: FieldNode, defaults: Variables): NumberOf {
  const args = field.arguments ?? [];
  return (variables) => {
    const given = { ...defaults, ...variables };
    return weight(Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value, given)])));
  };
}

/** Points for a `where` with a filter by another name than those that have an index. */
export function surcharge(
  field: FieldNode,
  { points, indexed }: { points: number; indexed: ReadonlySet<string> },
  defaults: Variables,
): NumberOf {
  const where = field.arguments?.find((each) => each.name.value === 'where')?.value;
  if (!where) return () => 0;
  return (variables) => {
    const value: unknown = valueFromASTUntyped(where, { ...defaults, ...variables });
    return hasOther(value, indexed) ? points : 0;
  };
}

function hasOther(where: unknown, indexed: ReadonlySet<string>): boolean {
  if (Array.isArray(where)) return where.some((each) => hasOther(each, indexed));
  if (where === null || typeof where !== 'object') return false;
  return Object.entries(where).some(([name, tests]) => {
    if (tests === null || tests === undefined) return false;
    return name === 'and' || name === 'or' ? hasOther(tests, indexed) : !indexed.has(name);
  });
}

type Weights = ReadonlyMap<string, number>;

export interface FilterCost {
  points: number;
  /** Points that depend on variables. */
  open: NumberOf[];
}

/** Points for the tests in `where`. */
export function filterCost(
  args: readonly ArgumentNode[] | undefined,
  weights: Weights,
  defaults: Variables,
): FilterCost {
  const cost: FilterCost = { points: 0, open: [] };
  const where = args?.find((each) => each.name.value === 'where')?.value;
  if (where) addFilter(cost, where, weights, defaults);
  return cost;
}

function addFilter(cost: FilterCost, value: ValueNode, weights: Weights, defaults: Variables): void {
  if (value.kind === Kind.VARIABLE) {
    const given = variableOf(defaults, value.name.value);
    cost.open.push((variables) => pointsIn(given(variables), weights));
  }
  if (value.kind === Kind.LIST) for (const each of value.values) addFilter(cost, each, weights, defaults);
  if (value.kind !== Kind.OBJECT) return;
  for (const { name, value: test } of value.fields) {
    if (test.kind === Kind.NULL) continue;
    const points = weights.get(name.value);
    if (points === undefined) addFilter(cost, test, weights, defaults);
    else cost.points += points;
  }
}

function pointsIn(value: unknown, weights: Weights): number {
  if (value === null || typeof value !== 'object') return 0;
  let points = 0;
  for (const [name, test] of Object.entries(value)) {
    if (test !== null) points += weights.get(name) ?? pointsIn(test, weights);
  }
  return points;
}
