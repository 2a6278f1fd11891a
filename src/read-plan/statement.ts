// Builds the SQL statement of a plan and its bound arguments.
import { bindings, type Condition, everything } from '../sql/condition';
import type { Statement } from '../sql/db';
import { shapedStatement } from '../sql/shaped-statements';
import type { Bound } from './bind';
import type { QueryPlan } from './plan';
import { type Filling, shapeOf, type Template, templateOf } from './template';

interface Known {
  template: Template;
  /** Prepared statements by the texts that fill their gaps: a look-up costs less than building a long text again. */
  statements: Map<string, Statement>;
}

const known = new WeakMap<QueryPlan, Map<string, Known>>();

/** Maximum number of templates kept of one plan. They differ in page size, direction and order. */
const MAX_SHAPES = 64;

/** @param stillHolds whether the optimistic authentication holds, checked by the same statement */
export function statementOf(
  plan: QueryPlan,
  bound: Bound,
  stillHolds: Condition = everything,
): { sql: Statement | string; values: unknown[] } {
  const { template, statements } = knownOf(plan, bound);
  const { values, bind } = bindings();
  const filling: Filling = { bind, bound, stillHolds };
  const fillings = template.gaps.map((fill) => fill(filling));
  const key = fillings.join('\n');
  const prepared = statements.get(key);
  if (prepared) return { sql: prepared, values };
  const text = template.texts.reduce((sql, next, index) => `${sql}${fillings[index - 1]}${next}`);
  const sql = shapedStatement(text);
  if (typeof sql !== 'string') statements.set(key, sql);
  return { sql, values };
}

function knownOf(plan: QueryPlan, bound: Bound): Known {
  let shapes = known.get(plan);
  if (!shapes) {
    shapes = new Map();
    known.set(plan, shapes);
  }
  const shape = shapeOf(plan, bound);
  let found = shapes.get(shape);
  if (!found) {
    found = { template: templateOf(plan, bound), statements: new Map() };
    if (shapes.size < MAX_SHAPES) shapes.set(shape, found);
  }
  return found;
}

/** The `data` of an answer: JSON that the database wrote. */
export class RawAnswer {
  constructor(readonly json: string) {}

  /** For code that reads the answer instead of sending it. */
  toJSON(): unknown {
    return JSON.parse(this.json);
  }
}

/** The JSON of an answer. A RawAnswer is copied into it, not parsed. */
export function answerText(answer: { data?: unknown; extensions?: unknown }): string {
  if (!(answer.data instanceof RawAnswer)) return JSON.stringify(answer);
  const { data, ...rest } = answer;
  const others = JSON.stringify(rest);
  return others === '{}' ? `{"data":${data.json}}` : `{"data":${data.json},${others.slice(1)}`;
}
