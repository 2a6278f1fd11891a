import { InputError } from '../../errors';
import type { Viewer } from '../../viewer';

declare module '../../graphql/context' {
  interface Services {
    /** Whether people sign in at an identity provider. */
    hasIdentityProvider: boolean;
  }
}

/** The end of a sentence that refuses a program where there is an identity provider. */
export const A_PERSON =
  'a person must do this: sign in at the identity provider, and repeat it without an API key, or a session made from one.';

/**
 * @throws InputError unless a person decides, in a session: a key may be in the hands of a program. Where people sign in at an
 *   identity provider, only it knows who they are, and a session that was made from a key is refused too
 */
export function refuseProgram({ sessionId, apiKeyId }: Viewer, hasIdentityProvider: boolean): void {
  if (sessionId !== null && (apiKeyId === null || !hasIdentityProvider)) return;
  const message = hasIdentityProvider
    ? `A${A_PERSON.slice(1)}`
    : 'A person must do this: sign in, and repeat it without an API key.';
  throw new InputError([{ field: null, code: 'INVALID', message }]);
}
