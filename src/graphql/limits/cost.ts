import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { TableBlocks } from '../../sql/resolving/table-blocks';
import type { Variables } from './cost-arguments';
import { type CostPlan, type CostWeights, type Level, planCost } from './cost-plan';
import type { Scan } from './scan-cost';

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
  /** Lists that read row by row. */
  scans: Scan[];
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

interface Given {
  variables: Variables;
  blocks: TableBlocks;
}

/** The cost of the operation with these variables, and tables of these sizes. */
export function costOf(plan: CostPlan, variables: Variables, blocks: TableBlocks): Cost {
  const cost: Cost = { rows: 0, points: 0, introspects: plan.introspects, scans: [] };
  addLevel(cost, plan.root, 1, { variables, blocks });
  cost.points = Math.max(1, cost.points);
  return cost;
}

function addLevel(cost: Cost, level: Level, parents: number, given: Given): void {
  const { variables, blocks } = given;
  cost.points += level.points * parents;
  for (const points of level.filters) cost.points += points(variables) * parents;
  for (const scanWith of level.scans) {
    const scan = scanWith(variables, blocks);
    if (!scan) continue;
    cost.points += scan.points * parents;
    cost.scans.push(scan);
  }
  for (const { size, embedded, below } of level.lists) {
    const rows = size(variables) * parents;
    if (!embedded) cost.rows += rows;
    cost.points += embedded ? parents : rows;
    addLevel(cost, below, rows, given);
  }
  for (const { isAsked, level: inner } of level.optional) if (isAsked(variables)) addLevel(cost, inner, parents, given);
}

/** @returns the refusal; null: the cost is within the limits */
export function tooExpensive({ rows, points, scans }: Cost): string | null {
  if (rows > MAX_ROWS) {
    return `The query asks for up to ${rows} rows and costs ${points}; at most ${MAX_ROWS} rows are allowed. Ask for smaller pages.`;
  }
  if (points > MAX_COST) {
    const advice = scanAdvice(scans) ?? 'Ask for smaller pages, or for less in each row.';
    return `The query costs ${points}; at most ${MAX_COST} are allowed. ${advice}`;
  }
  return null;
}

/** How to avoid the costliest list that reads row by row; null: there is none. */
export function scanAdvice(scans: readonly Scan[]): string | null {
  const costliest = scans.toSorted((a, b) => b.points - a.points)[0];
  if (!costliest) return null;
  const { points, names, better, order } = costliest;
  if (order !== undefined)
    return `In the order of ${order} these filters have no index, which costs ${points} for each list: order by time, or add a filter by one of these: ${better.join(', ')}.`;
  return `The filter by ${names.join(', ')} has no index, which costs ${points} for each list: add a filter by one of these: ${better.join(', ')}.`;
}
