// What is known of the packages in the lock files: advisories about those that run in production or are in the pages of the
// dashboard, and whether the registry signed what is installed. A registry that does not answer, as a mirror may not, is said and passed over; a lock file has
// the hash of each package in any case.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT_MS = 120_000;
const FOLDERS = ['.', 'bench', '.ci/postgres'];

/** @returns what npm printed as JSON, or why there is nothing to read. It ends with 1 for what it finds, and for an error. */
function npm(...args) {
  const all = [...args, '--json', '--fetch-retries=0', '--fetch-timeout=30000'];
  return new Promise((resolve) => {
    execFile('npm', all, { timeout: LIMIT_MS, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        resolve({ error: { summary: error?.killed ? `no answer in ${LIMIT_MS} ms` : stderr } });
      }
    });
  });
}

async function advisories(folder) {
  const report = await npm('audit', '--prefix', folder, '--package-lock-only', '--omit=dev');
  const what = `advisories about the packages of ${folder}`;
  return report.metadata?.vulnerabilities ? answered(what, graveOf(report)) : unanswered(what, report);
}

/** Those that the pages import are development dependencies, because the build puts them into files that are served. */
async function advisoriesOfPages() {
  const served = servedPackages();
  const report = await npm('audit', '--package-lock-only');
  const what = `advisories about the ${served.size} packages in the pages of the dashboard`;
  return report.metadata?.vulnerabilities
    ? answered(
        what,
        graveOf(report, (name) => served.has(name)),
      )
    : unanswered(what, report);
}

function graveOf({ vulnerabilities }, isAsked = () => true) {
  const grave = Object.values(vulnerabilities).filter(({ severity }) => ['high', 'critical'].includes(severity));
  return grave.filter(({ name }) => isAsked(name)).map(({ name, range, severity }) => `${name} ${range}: ${severity}`);
}

const PAGES = 'dashboard/src';

/** The packages that the pages import, and all that these depend on. */
function servedPackages() {
  const files = readdirSync(PAGES, { recursive: true }).filter((name) => /\.(tsx?|css)$/.test(name));
  const names = files.flatMap((name) => importedBy(readFileSync(join(PAGES, name), 'utf8')));
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const found = new Set();
  for (let next = names; next.length > 0; ) {
    const added = [...new Set(next)].filter((name) => !found.has(name) && packages[`node_modules/${name}`]);
    for (const name of added) found.add(name);
    next = added.flatMap((name) => {
      const { dependencies, peerDependencies } = packages[`node_modules/${name}`];
      return Object.keys({ ...dependencies, ...peerDependencies });
    });
  }
  return found;
}

/** `from 'react-dom/client'`, `import('wouter')`, `url("@fontsource/...")`: the name of the package */
function importedBy(text) {
  const places = /(?:\bfrom |\bimport |\bimport\(|url\()['"]([^'".][^'"]*)['"]/g;
  return [...text.matchAll(places)].map(([, place]) => /^(?:@[^/]+\/)?[^/]+/.exec(place)?.[0] ?? '');
}

async function signatures() {
  const report = await npm('audit', 'signatures');
  const what = 'signatures of the packages that are installed';
  if (!report.invalid || !report.missing) return unanswered(what, report);
  const line = (fault) => (each) => `${each.name}@${each.version}: ${fault}`;
  return answered(what, [...report.invalid.map(line('wrong signature')), ...report.missing.map(line('not signed'))]);
}

function answered(what, faults) {
  process.stdout.write(`${what}: ${faults.length === 0 ? 'nothing found' : `\n  ${faults.join('\n  ')}`}\n`);
  return faults.length === 0;
}

function unanswered(what, report) {
  const reason = String(report.error?.summary || report.message || 'no reason given')
    .trim()
    .split('\n')[0];
  process.stdout.write(`${what}: the registry does not answer (${reason})\n`);
  return true;
}

const good = [await signatures()];
for (const folder of FOLDERS) good.push(await advisories(folder));
good.push(await advisoriesOfPages());
process.exit(good.every(Boolean) ? 0 : 1);
