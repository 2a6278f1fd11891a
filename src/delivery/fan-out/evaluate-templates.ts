import type { ProgramFault } from '../../templating/text-position';
import { runEach, type Undecided } from '../../templating/time-limit';
import type { PlannedRequest } from '../../webhooks/request/request-plan';
import { type Evaluation, readAhead } from './skip-reasons/evaluation';
import type { Skip } from './skip-reasons/skip';
import { templateError } from './skip-reasons/template-error';

/** @returns for each its request, or why there is none */
export async function evaluateTemplates(
  evaluations: readonly Evaluation[],
): Promise<(PlannedRequest | Skip | Undecided)[]> {
  const rendered = await runEach<Evaluation, PlannedRequest | ProgramFault>(evaluations, {
    groupOf: ({ webhook }) => webhook.id,
    prepare: ({ plan, subject }) => readAhead(() => plan.prepare(subject)),
    run: render,
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
