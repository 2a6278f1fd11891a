// Sends with all file descriptors of this process in use, and prints the error codes; of other errors than NOT_SENT, what they say.
import { openSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../dist/src/main.js', import.meta.url));
const { createSender } = require('./delivery/http/send.js');
const { DIRECT } = require('./delivery/http/connection-settings.js');
const { parseNetworks } = require('./values/networks.js');

const sender = createSender({ allowHttp: true, allowedNetworks: parseNetworks('127.0.0.0/8') }, {});
const request = { method: 'POST', headers: [], body: Buffer.from('{}'), timeoutMs: 20_000, ...DIRECT };
const proxy = { url: 'http://127.0.0.1:9', username: null, password: null };

// again before each request: the one before may have closed some
function takeAllDescriptors() {
  try {
    for (;;) openSync('/dev/null');
  } catch {
    // EMFILE
  }
}
const codes = [];
for (const more of [
  { url: 'http://127.0.0.1:9/' },
  { url: 'http://localhost:9/' },
  { url: 'https://127.0.0.1:9/', proxy },
]) {
  takeAllDescriptors();
  const { errorCode, error } = await sender.send({ ...request, ...more });
  codes.push(errorCode === 'NOT_SENT' ? errorCode : `${errorCode} (${error})`);
}
process.stdout.write(codes.join(' '), () => process.exit(0));
