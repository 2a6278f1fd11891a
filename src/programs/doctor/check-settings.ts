// Settings, and the files that they name.
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { anchorSettingsOf, targetPolicyOf } from '../../app/settings';
import { type Config, ConfigError, readConfig } from '../../config/config';
import { createHeadMemory } from '../../evidence/known-head';
import { logHostOf } from '../../evidence/log-key';
import { readTrustedDocuments } from '../../server/graphql/trusted-documents';
import { type Finding, fault, ok, warning } from './finding';

/** @returns config: null if a setting has a value that cannot be read */
export function checkSettings(env: NodeJS.ProcessEnv): { config: Config | null; findings: Finding[] } {
  try {
    const config = readConfig(env);
    return { config, findings: [ok('settings', 'All of them can be read.'), ...risksOf(config)] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { config: null, findings: faultsOf(error) };
  }
}

/** The problems of settings say what is allowed. */
function faultsOf({ problems }: ConfigError): Finding[] {
  return problems.map((problem) => {
    const [, name = 'settings', message = problem] = /^([A-Z][A-Z0-9_]+): (.*)$/s.exec(problem) ?? [];
    return fault(name, message, null);
  });
}

function risksOf(config: Config): Finding[] {
  const isOwn = config.databaseUrl !== null && config.processes.has('indexer');
  return [
    ...(config.startPaused
      ? [
          warning(
            'START_PAUSED',
            'It is on: each start pauses all deliveries.',
            'Take it away when deliveries are resumed.',
          ),
        ]
      : []),
    ...(isOwn && config.evidenceHeadFile === null
      ? [
          warning(
            'EVIDENCE_HEAD_FILE',
            'It is unset: a restored backup, in which signed heads are missing, is sealed as if nothing were.',
            'Name a file outside of the database (docs/backup.md).',
          ),
        ]
      : []),
    ...(isOwn && config.erasureJournalFile === null
      ? [
          warning(
            'ERASURE_JOURNAL_FILE',
            'It is unset: a restored backup has what was erased since, and nothing erases it again.',
            'Name a file outside of the database (docs/backup.md).',
          ),
        ]
      : []),
  ];
}

/** Whether what the settings name is there, and can be used by this user. */
export async function checkFiles(config: Config): Promise<Finding[]> {
  const reads = [
    () => void targetPolicyOf(config),
    async () => void (await anchorSettingsOf(config)),
    () => void (config.trustedDocuments !== null && readTrustedDocuments(config.trustedDocuments)),
  ];
  const faults: Finding[] = [];
  for (const read of reads) faults.push(...(await faultsIn(read)));
  return [...faults, ...(await checkHeadFile(config)), ...(await checkJournal(config))];
}

async function faultsIn(read: () => unknown): Promise<Finding[]> {
  try {
    await read();
    return [];
  } catch (error) {
    return error instanceof ConfigError ? faultsOf(error) : [fault('settings', (error as Error).message, null)];
  }
}

async function checkHeadFile(config: Config): Promise<Finding[]> {
  const { evidenceHeadFile: path } = config;
  if (path === null) return [];
  const name = 'EVIDENCE_HEAD_FILE';
  const folder = dirname(path);
  // the file is replaced, by one that is written beside it
  const unwritable = await whyNot(folder, constants.W_OK);
  if (unwritable) return [fault(name, `${folder} cannot be written: ${unwritable}.`, 'Let this user write there.')];
  try {
    const head = await createHeadMemory(path, logHostOf(config)).kept();
    return [
      head === null
        ? warning(name, `${path} does not exist.`, 'The first head begins it; if there was one, correct the path.')
        : ok(name, `${path} has a head.`),
    ];
  } catch (error) {
    return [fault(name, (error as Error).message, 'Let this user read it.')];
  }
}

async function checkJournal({ erasureJournalFile: path }: Config): Promise<Finding[]> {
  if (path === null) return [];
  const name = 'ERASURE_JOURNAL_FILE';
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  const place = exists ? path : dirname(path);
  const unwritable = await whyNot(place, constants.R_OK | constants.W_OK);
  if (unwritable) return [fault(name, `${place} cannot be written: ${unwritable}.`, 'Let this user write there.')];
  return [
    exists
      ? ok(name, `${path} can be written.`)
      : warning(name, `${path} does not exist.`, 'The first start makes it; if there was one, correct the path.'),
  ];
}

/** null: it may be used so */
async function whyNot(path: string, mode: number): Promise<string | null> {
  return access(path, mode).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}
