// A process without file descriptors, in which getaddrinfo says that each name does not exist.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

test('an attempt that could not leave says nothing of the partner, whatever was missing first', async () => {
  const script = join(__dirname, 'without-descriptors.mjs');
  const command = 'ulimit -n 200 && exec "$0" "$1"';
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, script]);
  expect(stdout.trim()).toBe('NOT_SENT NOT_SENT NOT_SENT');
});
