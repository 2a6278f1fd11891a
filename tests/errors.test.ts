import { AppError, CallerChanged, Denied, InputError } from '../src/errors/errors';

test.each([
  [new AppError('NOT_FOUND', 'There is none.'), 'AppError: There is none.'],
  [new Denied('Query.users', 'You may not.'), 'Denied: You may not.'],
  [
    new CallerChanged(),
    'CallerChanged: The API key or the session has changed at this moment. Send the request again.',
  ],
  [new InputError([{ field: null, code: 'INVALID', message: 'It is empty.' }]), 'InputError: It is empty.'],
])('an answer to a client names no place: the source map is not read for it: %p', (error, stack) => {
  expect(error.stack).toBe(stack);
  expect(String(error)).toBe(stack);
});
