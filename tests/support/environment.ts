import 'reflect-metadata';
import { TestEnvironment } from 'jest-environment-node';

/**
 * Hands `requireShared` to the modules that shared-modules.mjs made. jest loads this file once per worker, outside of the
 * registry and of the context that each test file has: so is what it requires.
 */
export default class extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    this.global.requireShared = require;
    // the dates that shared modules make are dates of the test as well
    this.global.Date = Date;
  }
}
