// Whether an event is wanted and how its request looks: conditions and templates over documents, each within its time.
import { compileCondition, type Decision } from '../webhooks/condition';
import type { PlannedRequest, RequestPlan } from '../webhooks/request-plan';
import type { Subject } from '../webhooks/subject';
import type { ProgramFault } from '../webhooks/text-position';
import { type Late, runEach, TIME_LIMIT_MS } from '../webhooks/time-limit';
import type { WebhookRow } from '../webhooks/webhook.store';
import type { SkipReason } from './delivery.entity';

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
export async function decideAll(evaluations: readonly Evaluation[], pause?: Pause): Promise<(Skip | null)[]> {
  const conditional = evaluations.filter(({ webhook }) => webhook.condition !== null);
  if (conditional.length === 0) return evaluations.map(() => null);
  const decisions = await runEach<Evaluation, Decision>(conditional, {
    groupOf,
    prepare: ({ subject }) => attempt(subject.celDocument),
    run: decide,
    pause,
  });
  return evaluations.map(({ webhook }) => {
    if (webhook.condition === null) return null;
    return skipFor(webhook.condition, decisions.shift() as Decision | Late);
  });
}

/** @returns for each its request, or why there is none */
export async function renderAll(evaluations: readonly Evaluation[], pause?: Pause): Promise<(PlannedRequest | Skip)[]> {
  const rendered = await runEach<Evaluation, PlannedRequest | ProgramFault>(evaluations, {
    groupOf,
    prepare: ({ plan, subject }) => attempt(() => plan.prepare(subject)),
    run: render,
    pause,
  });
  return rendered.map((result) => {
    if ('late' in result) return { skipReason: 'TEMPLATE_ERROR', skipMessage: lateMessage('The request', result) };
    return 'message' in result ? { skipReason: 'TEMPLATE_ERROR', skipMessage: result.message } : result;
  });
}

function groupOf({ webhook }: Evaluation): string {
  return webhook.id;
}

// What fails here fails again in its turn, where it is told.
function attempt(read: () => unknown): void {
  try {
    read();
  } catch {}
}

function decide({ webhook, subject }: Evaluation): Decision {
  const condition = compileCondition(webhook.condition as string);
  return 'message' in condition ? condition : condition.decide(subject);
}

function skipFor(condition: string, decision: Decision | Late): Skip | null {
  if ('late' in decision) {
    return { skipReason: 'CONDITION_ERROR', skipMessage: lateMessage('The condition', decision) };
  }
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

function lateMessage(what: string, { late }: Late): string {
  return late === 'ITSELF'
    ? `${what} took longer than ${TIME_LIMIT_MS} ms, twice: it was stopped.`
    : `${what} took longer than ${TIME_LIMIT_MS} ms for an event just before: it was not given the time again.`;
}
