import type { WebhookRequestLogWhere } from '../api/generated/documents';
import { type LogFilter, timesOf } from './log-filter';

/** @param now in milliseconds: where a range that ends now begins */
export function whereFromFilter(filter: LogFilter, now: number): WebhookRequestLogWhere {
  const { status, direction, webhook, documentType, document, event, errorCode, http, search } = filter;
  const { from, to } = timesOf(filter, now);
  return {
    ...(from === null ? {} : { startedAt: { gte: from, ...(to === null ? {} : { lt: to }) } }),
    ...(status.length === 0 ? {} : { status: { in: [...status] } }),
    ...(direction === null ? {} : { direction: { eq: direction } }),
    ...(webhook === null ? {} : { webhook: { id: { eq: webhook } } }),
    ...(documentType === null ? {} : { documentType: { eq: documentType } }),
    ...(document === null ? {} : { referenceDocument: { eq: document } }),
    ...(event === null ? {} : { event: { eq: event } }),
    ...(errorCode === null ? {} : { errorCode: { eq: errorCode as never } }),
    ...(http === null ? {} : { responseStatus: { eq: http } }),
    ...(search === null ? {} : { search }),
  };
}
