import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Variables } from './cost-arguments';
import { type CostPlan, type CostWeights, type Level, planCost } from './cost-plan';

/** How many rows one request may ask for, all its pages multiplied out. */
const MAX_ROWS = 50_000;
/** Points that one request may cost: the rows with links and everything else that has a weight. */
export const MAX_COST = 100_000;

export interface Cost {
  /** Rows of pages, if all of them are full. */
  rows: number;
  /** Points: rows, linked rows and weights. At least 1. */
  points: number;
  introspects: boolean;
}

/** Documents are worked through once: Apollo keeps them, and with a document its plan goes. */
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

/** What the operation costs with these variables. */
export function costOf(plan: CostPlan, variables: Variables): Cost {
  const cost = { rows: 0, points: 0, introspects: plan.introspects };
  addLevel(cost, plan.root, 1, variables);
  cost.points = Math.max(1, cost.points);
  return cost;
}

function addLevel(cost: Cost, level: Level, parents: number, variables: Variables): void {
  cost.points += level.points * parents;
  for (const points of level.filters) cost.points += points(variables) * parents;
  for (const { size, embedded, below } of level.lists) {
    const rows = size(variables) * parents;
    if (!embedded) cost.rows += rows;
    cost.points += embedded ? parents : rows;
    addLevel(cost, below, rows, variables);
  }
  for (const { isAsked, level: inner } of level.optional)
    if (isAsked(variables)) addLevel(cost, inner, parents, variables);
}

/** null: within the limits. */
export function tooExpensive({ rows, points }: Cost): string | null {
  if (rows > MAX_ROWS) {
    return `The query asks for up to ${rows} rows and costs ${points}; at most ${MAX_ROWS} rows are allowed. Ask for smaller pages.`;
  }
  if (points > MAX_COST) {
    return `The query costs ${points}; at most ${MAX_COST} are allowed. Ask for smaller pages, or for less in each row.`;
  }
  return null;
}
