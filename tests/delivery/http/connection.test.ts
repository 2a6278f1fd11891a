import type { Connector } from '../../../src/delivery/http/connect';
import { DEFAULT_CONNECTION_OPTIONS, openConnection } from '../../../src/delivery/http/connection';
import { createConnectionPool, DEFAULT_POOL_OPTIONS } from '../../../src/delivery/http/connection-pool';
import { DIRECT } from '../../../src/delivery/http/connection-settings';
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

test('an origin without connections is forgotten: there may be one for each customer of a partner', () => {
  const connector = jest.fn<ReturnType<Connector>, Parameters<Connector>>(() => () => undefined);
  const pool = createConnectionPool({ ...DEFAULT_POOL_OPTIONS, connector });
  const lease = () => pool.lease('http://127.0.0.1:9', DIRECT, () => undefined);
  const [first, second] = [lease(), lease()];
  expect(connector).toHaveBeenCalledTimes(1);
  first.discard();
  lease().discard();
  expect(connector).toHaveBeenCalledTimes(1);
  second.discard();
  lease().discard();
  expect(connector).toHaveBeenCalledTimes(2);
  pool.stop();
});
