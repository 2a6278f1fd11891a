import { DEFAULT_CONNECTION_OPTIONS, openConnection } from '../../../src/delivery/http/connection';
import { SendError } from '../../../src/delivery/send-error';

test.each([
  ['for its age', undefined, 'ClientDestroyedError: The client is destroyed'],
  ['after a failure', new SendError('RESET', 'It was reset.'), 'SendError: It was reset.'],
])(
  'a connection is closed %s with an error that names no place: the source map is not read for it',
  (_why, error, stack) => {
    const connection = openConnection('http://127.0.0.1:9', () => undefined, DEFAULT_CONNECTION_OPTIONS);
    const destroy = jest.spyOn(connection.client, 'destroy');
    connection.destroy(error);
    const [given] = destroy.mock.calls[0] as unknown as [Error | null];
    expect(given?.stack).toBe(stack);
  },
);
