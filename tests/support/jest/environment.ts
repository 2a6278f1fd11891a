import 'reflect-metadata';
import { createRequire } from 'node:module';
import { TestEnvironment } from 'jest-environment-node';
import { compileOnce } from './compiled-once';
import { makeStartsQuick } from './quick-starts';

compileOnce();
makeStartsQuick();

/**
 * jest loads what translates stacks with the first stack of a file that has a source map. If the time limit of a template ended that, the
 * module would stay half loaded: no later stack would be translated, and each would say that its source map cannot be parsed.
 */
function loadSourceMaps(): void {
  const users = ['@jest/core', 'jest-runner', '@jest/source-map'];
  const user = users.reduce((from, name) => createRequire(from).resolve(name), require.resolve('jest'));
  for (const name of ['@jridgewell/trace-mapping', 'callsites', 'convert-source-map']) createRequire(user)(name);
}

/** What test files of this worker keep for each other, and how it ends. */
const ofWorker = new Map<string, { stop(): Promise<void> }>();

/** Ends what the test files of this process share. */
export async function endShared(): Promise<void> {
  const all = [...ofWorker.values()];
  ofWorker.clear();
  await Promise.all(all.map((each) => each.stop()));
}

/** The message by which jest-worker tells a process that no test file is left. */
const END = 2;

function onMessage([kind]: [number]): void {
  if (kind !== END) return;
  // jest waits for the process to end by itself
  process.off('message', onMessage);
  void endShared();
}
if (process.env.JEST_WORKER_ID !== undefined) process.on('message', onMessage);

/**
 * Hands `requireShared` to the modules that shared-modules.mjs made, and `ofWorker` to the tests. jest loads this file once
 * per worker, outside of the registry and of the context that each test file has: so is what it requires.
 */
export default class extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    loadSourceMaps();
    this.global.requireShared = require;
    // the dates that shared modules make are dates of the test as well
    this.global.Date = Date;
    this.global.ofWorker = ofWorker;
  }
}
