// Conditions and templates of a webhook are evaluated for an event, each within its time limit.
import { AppError } from '../../../errors/errors';
import { TIME_LIMIT_MS, type Undecided } from '../../../templating/time-limit';
import type { Subject } from '../../../templating/variables';
import type { RequestPlan } from '../../../webhooks/request/request-plan';
import type { WebhookRow } from '../../../webhooks/webhook.store';

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
export function readBeforeLimit(read: () => unknown): void {
  try {
    read();
  } catch {
    // the evaluation raises the error again, and reports it
  }
}

export function lateMessage(what: string): string {
  return `${what} took longer than ${TIME_LIMIT_MS} ms of processor time, twice: it was stopped.`;
}
