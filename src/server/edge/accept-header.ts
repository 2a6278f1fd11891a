import type { FastifyRequest } from 'fastify';
import { faultOf } from './http-errors';

export const EVENT_STREAM = 'text/event-stream';

const SERVED = ['*/*', 'application/*', 'application/json', 'application/graphql-response+json'];

/** Whether the client accepts server-sent events, and no other type that is served. */
export function wantsEvents(accept = ''): boolean {
  const types = accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  return types.includes(EVENT_STREAM) && !types.some((type) => SERVED.includes(type));
}

/** Checked before the operation runs: Apollo checks it only with the answer, when a mutation has already happened. */
export function refuseUnservableAccept({ headers: { accept } }: FastifyRequest): void {
  if (!accept || SERVED.includes(accept)) return;
  const ranges = accept.split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()));
  const isServed = ranges.some(([type = '', ...more]) => SERVED.includes(type) && !more.some(isZero));
  if (!isServed) throw faultOf(406);
}

export function takesCoding(accepted: string | string[] | undefined, wanted: 'br' | 'gzip'): boolean {
  return String(accepted ?? '')
    .split(',')
    .map((coding) => coding.split(';').map((part) => part.trim().toLowerCase()))
    .some(([name, ...more]) => name === wanted && !more.some(isZero));
}

// q=0 means "not this" (RFC 9110, section 12.4.2)
const isZero = (parameter: string) => /^q=0(\.0*)?$/.test(parameter);
