import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { LOOKED_AT } from '../../sql/listing';
import type { Variables } from './cost-arguments';
import { type CostPlan, type CostWeights, type Level, planCost } from './cost-plan';

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
