// What `.ci/run` fetches, and what it asks about it.
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const ROOT = join(__dirname, '../..');
const LOCK_FILES = ['package-lock.json', 'bench/package-lock.json', '.ci/postgres/package-lock.json'];

test.each(LOCK_FILES)('each package of %s has a hash', async (path) => {
  const lock = JSON.parse(await readFile(join(ROOT, path), 'utf8'));
  const packages = Object.entries<{ integrity?: string }>(lock.packages).filter(([name]) => name !== '');
  expect(packages.length).toBeGreaterThan(0);
  expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([name]) => name)).toEqual([]);
});

test('.ci/run installs from lock files alone, and from Debian, which signs what it gives', async () => {
  const script = await readFile(join(ROOT, '.ci/run'), 'utf8');
  expect(script.match(/npm (install|i|exec|add)\b|npx|curl|wget|git clone/g)).toBeNull();
  expect(script.match(/npm ci/g)).toHaveLength(2);
});

describe('with what the registry answers', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookledger-npm-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const GOOD = {
    signatures: { invalid: [], missing: [] },
    advisories: { metadata: { vulnerabilities: {} }, vulnerabilities: {} },
  };

  /** Runs the check with an npm that prints this. `ofAll` is about development dependencies too. */
  async function check(answers: {
    signatures: object;
    advisories: object;
    ofAll?: object;
  }): Promise<{ code: number; output: string }> {
    const { signatures, advisories, ofAll = advisories } = answers;
    await writeFile(join(folder, 'all'), JSON.stringify(ofAll));
    await writeFile(join(folder, 'signatures'), JSON.stringify(signatures));
    await writeFile(join(folder, 'advisories'), JSON.stringify(advisories));
    const npm = `#!/bin/sh\ncase "$*" in *signatures*) cat '${folder}/signatures';; *--omit=dev*) cat '${folder}/advisories';; *) cat '${folder}/all';; esac\nexit 1\n`;
    await writeFile(join(folder, 'npm'), npm);
    await chmod(join(folder, 'npm'), 0o755);
    const env = { PATH: `${folder}${delimiter}${process.env.PATH}` };
    return new Promise((resolve) => {
      execFile(process.execPath, [join(ROOT, '.ci/supply-chain.mjs')], { env, cwd: ROOT }, (error, stdout) =>
        resolve({ code: error ? Number(error.code) : 0, output: stdout }),
      );
    });
  }

  test('a package with a wrong signature, or without one, fails and is named', async () => {
    const bad = { invalid: [{ name: 'left', version: '1.0.0' }], missing: [{ name: 'right', version: '2.0.0' }] };
    const { code, output } = await check({ ...GOOD, signatures: bad });
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/left@1\.0\.0: wrong signature\n *right@2\.0\.0: not signed/),
    ]);
  });

  test('a grave advisory fails and is named, a small one does not', async () => {
    const advisories = (severity: string) => ({
      metadata: { vulnerabilities: { [severity]: 1 } },
      vulnerabilities: { left: { name: 'left', range: '<1.0.1', severity } },
    });
    const grave = await check({ ...GOOD, advisories: advisories('high') });
    expect([grave.code, grave.output]).toEqual([1, expect.stringContaining('left <1.0.1: high')]);
    expect((await check({ ...GOOD, advisories: advisories('low') })).code).toBe(0);
  });

  test('a grave advisory about a package in the pages of the dashboard fails, one about another tool does not', async () => {
    const about = (name: string) => ({
      metadata: { vulnerabilities: { high: 1 } },
      vulnerabilities: { [name]: { name, range: '<9', severity: 'high' } },
    });
    // imported, and a dependency of what is imported
    for (const name of ['react-dom', '@fontsource-variable/inter', 'scheduler']) {
      const { code, output } = await check({ ...GOOD, ofAll: about(name) });
      expect([name, code, output]).toEqual([name, 1, expect.stringContaining(`${name} <9: high`)]);
    }
    expect((await check({ ...GOOD, ofAll: about('jest') })).code).toBe(0);
  });

  test('a registry that does not answer is said, and is no failure', async () => {
    const error = { error: { code: 'E405', summary: '405 Method Not Allowed' } };
    const { code, output } = await check({ signatures: error, advisories: error });
    expect(code).toBe(0);
    expect(output.match(/the registry does not answer \(405 Method Not Allowed\)/g)).toHaveLength(5);
  });
});
