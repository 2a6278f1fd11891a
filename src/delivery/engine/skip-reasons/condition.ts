// A condition that is false, or that cannot be evaluated.

import { type Condition, compileCondition, type Decision } from '../../../templating/cel-condition';
import type { ProgramFault } from '../../../templating/text-position';
import { type Late, runEach, type Undecided } from '../../../templating/time-limit';
import type { Subject } from '../../../templating/variables';
import { type Evaluation, lateMessage, readBeforeLimit } from './evaluation';
import type { Skip } from './skip';

/** Evaluates conditions. @returns for each, why it is not sent; null: the condition is true, or there is none */
export async function conditionSkips(evaluations: readonly Evaluation[]): Promise<(Skip | Undecided | null)[]> {
  const conditional = evaluations.flatMap(({ webhook, subject }) =>
    webhook.condition === null ? [] : { id: webhook.id, condition: compileCondition(webhook.condition), subject },
  );
  if (conditional.length === 0) return evaluations.map(() => null);
  const decisions = await runEach<Conditional, Decision>(conditional, {
    groupOf: ({ id }) => id,
    prepare: ({ subject }) => readBeforeLimit(subject.celDocument),
    run: ({ condition, subject }) => ('message' in condition ? condition : condition.decide(subject)),
  });
  return evaluations.map(({ webhook }) => {
    if (webhook.condition === null) return null;
    return skipFor(webhook.condition, decisions.shift() as Decision | Late | Undecided);
  });
}

interface Conditional {
  readonly id: string;
  readonly condition: Condition | ProgramFault;
  readonly subject: Subject;
}

function skipFor(condition: string, decision: Decision | Late | Undecided): Skip | Undecided | null {
  if ('undecided' in decision) return decision;
  if ('late' in decision) return { skipReason: 'CONDITION_ERROR', skipMessage: lateMessage('The condition') };
  if ('message' in decision) return { skipReason: 'CONDITION_ERROR', skipMessage: decision.message };
  return decision.holds ? null : { skipReason: 'CONDITION_FALSE', skipMessage: `The condition is false: ${condition}` };
}
