// Whether an event is wanted and how its request looks: conditions and templates over documents, each within its time.
import { AppError } from '../../errors';
import { type Condition, compileCondition, type Decision } from '../../templating/cel-condition';
import type { Subject } from '../../templating/subject';
import type { ProgramFault } from '../../templating/text-position';
import { type Late, runEach, TIME_LIMIT_MS, type Undecided } from '../../templating/time-limit';
import type { PlannedRequest, RequestPlan } from '../../webhooks/request/request-plan';
import type { WebhookRow } from '../../webhooks/webhook.store';
import type { SkipReason } from '../delivery.entity';

export interface Skip {
  readonly skipReason: SkipReason;
  readonly skipMessage: string;
}

/** A webhook, how its requests are made, and the event. */
export interface Evaluation {
  readonly webhook: WebhookRow;
  readonly plan: RequestPlan;
  readonly subject: Subject;
}

type Pause = () => Promise<unknown>;

/** @returns for each why it is not wanted; null: it is, also without a condition */
export async function decideAll(
  evaluations: readonly Evaluation[],
  pause?: Pause,
): Promise<(Skip | Undecided | null)[]> {
  const conditional = evaluations.flatMap(({ webhook, subject }) =>
    webhook.condition === null ? [] : { id: webhook.id, condition: compileCondition(webhook.condition), subject },
  );
  if (conditional.length === 0) return evaluations.map(() => null);
  const decisions = await runEach<Conditional, Decision>(conditional, {
    groupOf: ({ id }) => id,
    prepare: ({ subject }) => attempt(subject.celDocument),
    run: ({ condition, subject }) => ('message' in condition ? condition : condition.decide(subject)),
    pause,
  });
  return evaluations.map(({ webhook }) => {
    if (webhook.condition === null) return null;
    return skipFor(webhook.condition, decisions.shift() as Decision | Late | Undecided);
  });
}

/** @returns for each its request, or why there is none */
export async function renderAll(
  evaluations: readonly Evaluation[],
  pause?: Pause,
): Promise<(PlannedRequest | Skip | Undecided)[]> {
  const rendered = await runEach<Evaluation, PlannedRequest | ProgramFault>(evaluations, {
    groupOf: ({ webhook }) => webhook.id,
    prepare: ({ plan, subject }) => attempt(() => plan.prepare(subject)),
    run: render,
    pause,
  });
  return rendered.map((result) => {
    if ('late' in result) return { skipReason: 'TEMPLATE_ERROR', skipMessage: lateMessage('The request') };
    return 'message' in result ? { skipReason: 'TEMPLATE_ERROR', skipMessage: result.message } : result;
  });
}

/** For a caller that waits for the answer and cannot leave it for later. @throws AppError if it is not decided */
export function decided<Decided>(result: Decided | Undecided): Decided {
  if (!isUndecided(result)) return result;
  throw new AppError(
    'UNAVAILABLE',
    'The machine is too busy to evaluate the condition and the templates of the webhook. Try again.',
  );
}

export function isUndecided(result: unknown): result is Undecided {
  return typeof result === 'object' && result !== null && 'undecided' in result;
}

interface Conditional {
  readonly id: string;
  readonly condition: Condition | ProgramFault;
  readonly subject: Subject;
}

// What fails here fails again in its turn, where it is told.
function attempt(read: () => unknown): void {
  try {
    read();
  } catch {}
}

function skipFor(condition: string, decision: Decision | Late | Undecided): Skip | Undecided | null {
  if ('undecided' in decision) return decision;
  if ('late' in decision) return { skipReason: 'CONDITION_ERROR', skipMessage: lateMessage('The condition') };
  if ('message' in decision) return { skipReason: 'CONDITION_ERROR', skipMessage: decision.message };
  return decision.holds ? null : { skipReason: 'CONDITION_FALSE', skipMessage: `The condition is false: ${condition}` };
}

function render({ plan, subject }: Evaluation): PlannedRequest | ProgramFault {
  try {
    return plan.render(subject);
  } catch {
    // documents that came in before a rule existed
    return { message: 'The request cannot be made from this document.' };
  }
}

function lateMessage(what: string): string {
  return `${what} took longer than ${TIME_LIMIT_MS} ms of processor time, twice: it was stopped.`;
}
