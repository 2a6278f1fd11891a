import { join } from 'node:path';
import { loadBundle } from './app/load-program';
import { endOnSignals } from './app/stopping';

/**
 * A DNS look-up without an answer blocks a thread for many seconds. With the default of four threads, of which look-ups get two,
 * two such names block all look-ups.
 */
const THREADS = '64';

const startHasEnded = endOnSignals();
// before any use: Node creates the pool once, at the first use
process.env.UV_THREADPOOL_SIZE ??= THREADS;

/** `npm run build` makes it; the sources run without. */
const bundle = loadBundle(join(__dirname, 'hookledger.js'), process.env.PROCESSES ?? '');
const { run } = (bundle?.exports ?? require('./app/run')) as typeof import('./app/run');
void run(() => {
  startHasEnded();
  bundle?.keepCompiled();
});
