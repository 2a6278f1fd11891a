// What is known of the packages in the lock files: advisories about those that run in production, and whether the registry
// signed what is installed. A registry that does not answer, as a mirror may not, is said and passed over; a lock file has
// the hash of each package in any case.
import { execFile } from 'node:child_process';

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
  if (!report.metadata?.vulnerabilities) return unanswered(what, report);
  const grave = Object.values(report.vulnerabilities).filter(({ severity }) => ['high', 'critical'].includes(severity));
  const lines = grave.map(({ name, range, severity }) => `${name} ${range}: ${severity}`);
  return answered(what, lines);
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
process.exit(good.every(Boolean) ? 0 : 1);
