// Conditions and templates of a webhook are evaluated for an event, each within its time limit.
import { AppError } from '../../../errors/errors';
import { type Condition, compileCondition, type Decision } from '../../../templating/cel-condition';
import type { Subject } from '../../../templating/subject';
import type { ProgramFault } from '../../../templating/text-position';
import { type Late, runEach, TIME_LIMIT_MS, UNDECIDED, type Undecided } from '../../../templating/time-limit';
import type { PlannedRequest, RequestPlan } from '../../../webhooks/request/request-plan';
import type { WebhookRow } from '../../../webhooks/webhook.store';
import type { Skip } from './skip';

/** A webhook, the plan of its requests, and the event. */
export interface Evaluation {
  readonly webhook: WebhookRow;
  readonly plan: RequestPlan;
  readonly subject: Subject;
}

/** For a caller that cannot defer the decision. @throws AppError if it is undecided */
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

/** Reads the document before the time limit starts. */
function readBeforeLimit(read: () => unknown): void {
  try {
    read();
  } catch {
    // the evaluation raises the error again, and reports it
  }
}

function lateMessage(what: string): string {
  return `${what} took longer than ${TIME_LIMIT_MS} ms of processor time, twice: it was stopped.`;
}

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

export const DATA_ERASED: Skip = {
  skipReason: 'TEMPLATE_ERROR',
  skipMessage: 'The data of the event was erased before the event became a delivery.',
};

function templateError(fault: ProgramFault | Late): Skip {
  if ('late' in fault) return { skipReason: 'TEMPLATE_ERROR', skipMessage: lateMessage('The request') };
  const { message, place } = fault;
  return { skipReason: 'TEMPLATE_ERROR', skipMessage: message, ...(place !== undefined && { place }) };
}

/**
 * The bytes that one call renders: all of it is in memory at once, and in one statement. Up to 500 KiB more come with the last
 * request.
 */
export const MAX_RENDERED_AT_ONCE = 16 * 1024 * 1024;

/** @returns for each its request, or why there is none. Those beyond the limit of bytes are undecided, but never all */
export async function evaluateTemplates(
  evaluations: readonly Evaluation[],
): Promise<(PlannedRequest | Skip | Undecided)[]> {
  let bytes = 0;
  const rendered = await runEach<Evaluation, PlannedRequest | ProgramFault | Undecided>(evaluations, {
    groupOf: ({ webhook }) => webhook.id,
    prepare: ({ plan, subject }) => readBeforeLimit(() => plan.prepare(subject)),
    run(evaluation) {
      if (bytes >= MAX_RENDERED_AT_ONCE) return UNDECIDED;
      const request = render(evaluation);
      if ('url' in request) bytes += bytesOf(request);
      return request;
    },
  });
  return rendered.map((result) => ('late' in result || 'message' in result ? templateError(result) : result));
}

function render({ plan, subject }: Evaluation): PlannedRequest | ProgramFault {
  try {
    return plan.render(subject);
  } catch {
    // of documents that were stored before a rule existed
    return { message: 'The request cannot be made from this document.' };
  }
}

interface Measured {
  url: string;
  headers: readonly (readonly [string, string])[];
  body: string | Buffer | null;
}

/** Of a request. Characters of text count as bytes: most have one. */
export function bytesOf({ url, headers, body }: Measured): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length, url.length + (body?.length ?? 0));
}
