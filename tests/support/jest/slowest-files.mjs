// A reporter of jest that says which test files took longest, so that a file that has become slow is noticed.
import { relative } from 'node:path';

const MOST = 20;

export default class {
  constructor({ rootDir }) {
    this.rootDir = rootDir;
  }

  onRunComplete(_contexts, { testResults }) {
    if (testResults.length <= MOST) return;
    const slowest = testResults.toSorted((a, b) => b.perfStats.runtime - a.perfStats.runtime).slice(0, MOST);
    const lines = slowest.map(
      ({ testFilePath, perfStats }) =>
        `${(perfStats.runtime / 1000).toFixed(1).padStart(7)} s  ${relative(this.rootDir, testFilePath)}`,
    );
    process.stderr.write(`\nThe ${MOST} slowest of ${testResults.length} test files:\n${lines.join('\n')}\n`);
  }
}
