// Templates are rendered for an event, and why a delivery has no request.

import type { ProgramFault } from '../../../templating/text-position';
import { type Late, runEach, UNDECIDED, type Undecided } from '../../../templating/time-limit';
import type { PlannedRequest } from '../../../webhooks/request/request-plan';
import { type Evaluation, lateMessage, readBeforeLimit } from './evaluation';
import type { Skip } from './skip';

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
