// The headers of a received call that are passed on with it.

import { type HeaderPairs, SECRET_VALUE } from '../../values/text';
import { headerFault } from '../../webhooks/request/request-rules';

/** Headers about the connection and its intermediaries, and about the encoding of the body, are not passed on. */
const NEVER_PASSED =
  /^(accept(-.*)?|authorization|content-(encoding|type)|cookie|forwarded|user-agent|via|x-forwarded-.*|x-real-ip|x-request-id)$/i;

/**
 * @param names in lower case; `*`: all
 * @param taken the names of headers that the webhook sets itself
 */
export function passedHeaders(
  received: HeaderPairs,
  names: readonly string[],
  taken: ReadonlySet<string>,
): [string, string][] {
  const isWanted = (name: string) => names.includes('*') || names.includes(name);
  return received.filter(([name, value]) => {
    const lower = name.toLowerCase();
    return isWanted(lower) && !taken.has(lower) && mayPass(lower, value);
  });
}

function mayPass(name: string, value: string): boolean {
  return !NEVER_PASSED.test(name) && !value.includes(SECRET_VALUE) && headerFault(name, value) === null;
}
