import { AppError, CallerChanged } from '../src/errors';

test('an error that is only the sign to begin again names no place: the source map is not read for it', () => {
  expect(new CallerChanged().stack).toMatch(/^CallerChanged: The API key or the session has changed .*\.$/);
  expect(new AppError('NOT_FOUND', 'There is none.').stack).toContain('\n    at ');
});
