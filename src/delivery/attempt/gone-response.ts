// 410 Gone: the partner accepts no more deliveries. Its webhook is disabled at once (Standard Webhooks, "Delivery").
import type { Outcome } from './outcome';

const GONE = 410;

export const GONE_REASON = 'the partner answered 410 Gone: it accepts no more deliveries';

export function isGone(outcome: Outcome): boolean {
  return outcome.request.responseStatus === GONE;
}
