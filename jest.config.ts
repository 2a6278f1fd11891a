import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

/** Packages that test files share as they share `src/`: large ones, and those whose classes they have in common with it. */
const SHARED_PACKAGES = 'graphql|@graphql-tools/utils|pg|stripe|svix';

const config: Config = {
  testEnvironment: '<rootDir>/tests/support/jest/environment.ts',
  globalSetup: '<rootDir>/tests/support/jest/global-setup.ts',
  globalTeardown: '<rootDir>/tests/support/jest/global-teardown.ts',
  roots: ['<rootDir>/tests'],
  // decorators want it, whatever a test imports first
  setupFiles: ['reflect-metadata'],
  transform: {
    [`\\.ts$|/node_modules/(${SHARED_PACKAGES})/.+\\.js$`]: [
      '<rootDir>/tests/support/jest/shared-modules.mjs',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, useDefineForClassFields: false },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${SHARED_PACKAGES})/)`],
  testSequencer: '<rootDir>/tests/support/jest/slowest-first.mjs',
  reporters: ['default', '<rootDir>/tests/support/jest/slowest-files.mjs'],
  // a machine that is five times slower, and stands still meanwhile
  testTimeout: 300_000,
  // half of it is waiting; each application has some twenty connections to one Postgres, which allows 400
  maxWorkers: Math.min(5, 3 * availableParallelism()),
  // each worker ends the application that its test files shared
  workerGracefulExitTimeout: 10_000,
};

export default config;
