import type { ProgramFault } from '../../../templating/text-position';
import type { Late } from '../../../templating/time-limit';
import { lateMessage } from './evaluation';
import type { Skip } from './skip';

export const DATA_ERASED: Skip = {
  skipReason: 'TEMPLATE_ERROR',
  skipMessage: 'The data of the event was erased before the event became a delivery.',
};

export function templateError(fault: ProgramFault | Late): Skip {
  if ('late' in fault) return { skipReason: 'TEMPLATE_ERROR', skipMessage: lateMessage('The request') };
  const { message, place } = fault;
  return { skipReason: 'TEMPLATE_ERROR', skipMessage: message, ...(place !== undefined && { place }) };
}
