import { InputError } from '../errors';
import type { Viewer } from '../viewer';

/** @throws InputError unless a person decides, in a session: a key may be in the hands of a program */
export function refuseProgram(viewer: Viewer): void {
  if (viewer.sessionId !== null) return;
  const message = 'A person must do this: sign in, and repeat it without an API key.';
  throw new InputError([{ field: null, code: 'INVALID', message }]);
}
