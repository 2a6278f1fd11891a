// Headers of a received call that go on with it.
import { type HeaderPairs, SECRET_VALUE } from '../../header-pairs';
import { headerFault } from '../../webhooks/request/header-rules';

/** What tells of the way to us, not of the call; and what says how its body came. */
const OF_THE_WAY =
  /^(accept(-.*)?|authorization|content-(encoding|type)|cookie|forwarded|user-agent|via|x-forwarded-.*|x-real-ip|x-request-id)$/i;

/**
 * @param names in lower case; `*`: all that may
 * @param taken names of headers that the webhook sets itself
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
  return !OF_THE_WAY.test(name) && !value.includes(SECRET_VALUE) && headerFault(name, value) === null;
}
