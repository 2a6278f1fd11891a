// Lets all test files of a jest worker share the modules of the program and the packages named in jest.config.ts. jest
// would load them again for each test file, some nine hundred for one that starts the application, into a context where
// global names are slow, and code that runs for the first time is slow as well.
//
// A test file imports `src/` as ever, and gets the module of the built program. What it has to know:
// - A shared module has the global objects of the worker: fake timers of a test do not reach it, and an error that it made
//   is no `instanceof Error` in the test. Only `Date` is the same.
// - What a test changes in a shared module, it puts back.
// A test file that needs modules of its own, as for `jest.mock` and for fake timers, begins with the comment
// `@jest-environment node`.
import { join, relative } from 'node:path';
import swc from '@swc/jest';

const PROGRAM = /^(src|migrations)\/.+\.ts$/;

function createTransformer(options) {
  const typescript = swc.createTransformer(options);
  return {
    getCacheKey: (...of) => `shared-${typescript.getCacheKey(...of)}`,
    process(source, path, about) {
      const { code, map } = path.endsWith('.ts') ? typescript.process(source, path, about) : { code: source };
      const shared = sharedPath(about.config.rootDir, path);
      if (shared === null) return { code, map };
      const share = `if (globalThis.requireShared) return void (module.exports = requireShared(${JSON.stringify(shared)}));`;
      return { code: `'use strict'; ${share} ${code}`, map };
    },
  };
}

/** The built module of the program, a package's own file; null: a module of the tests. */
function sharedPath(root, path) {
  if (!path.endsWith('.ts')) return path;
  const module = relative(root, path);
  return PROGRAM.test(module) ? join(root, 'dist', module.replace(/ts$/, 'js')) : null;
}

export default { createTransformer };
