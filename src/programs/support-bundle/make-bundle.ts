// What a person outside needs to help: versions, settings, what doctor finds, health, metrics, sizes and the end of the log. Nothing in it
// is a secret, an address of a person, or content: each part takes what it knows, and texts are taken apart.
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { type Config, ConfigError, readConfig } from '../../config/config';
import { reasonOf } from '../../sql/database-errors';
import { bytesOfTables } from '../../system/table-bytes.store';
import { VERSION } from '../../system/version';
import { currentTime } from '../../time/clock';
import { DOCTOR } from '../doctor/check-database';
import type { Finding } from '../doctor/finding';
import { findDatabase } from '../doctor/open-database';
import { runChecks } from '../doctor/run-checks';
import { migrationState, serverParameters } from '../doctor/server-facts.store';
import { lastLogLines } from './log-lines';
import { settingNames, shownSettings } from './shown-settings';
import { withoutContent } from './without-content';

/** @param logFile null: the bundle has no log */
export async function makeBundle(env: NodeJS.ProcessEnv, logFile: string | null): Promise<object> {
  const config = configOf(env);
  const findings = await runChecks(env, { urls: [], restored: false, headFiles: [] });
  return {
    made: currentTime().toISOString(),
    versions: { hookledger: VERSION, node: process.version },
    machine: { platform: platform(), arch: arch(), release: release(), cpus: cpus().length, memoryBytes: totalmem() },
    settings: shownSettings(env),
    doctor: findings.map((finding) => shownFinding(finding, config !== null)),
    server: config === null ? null : await askServer(config),
    database: config === null ? null : await orWhyNot(() => describeDatabase(config)),
    log: logFile === null ? null : await orWhyNot(() => lastLogLines(logFile)),
  };
}

function configOf(env: NodeJS.ProcessEnv): Config | null {
  try {
    return readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

/** A value that a setting refuses may be a secret that was given to the wrong one. */
function shownFinding({ what, level, message, cure }: Finding, isConfigured: boolean): Finding {
  const isOfValue = !isConfigured && level === 'fault' && settingNames().includes(what);
  const shown = isOfValue ? 'Its value is refused.' : withoutContent(message);
  return { what: withoutContent(what), level, message: shown, cure: cure && withoutContent(cure) };
}

const ANSWER_MS = 10_000;

/** As /readyz and /metrics of a process with these settings say it. */
async function askServer({ host, port, monitorPort }: Config): Promise<object> {
  const at = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  const read = async (path: string) => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    return (await fetch(`http://${at}:${monitorPort ?? port}${path}`, { signal })).text();
  };
  return orWhyNot(async () => {
    const { checks, ...parts } = JSON.parse(await read('/readyz')) as Record<string, unknown>;
    return { health: { ...texts(parts), checks: texts(checks ?? {}) }, metrics: shownMetrics(await read('/metrics')) };
  });
}

function texts(fields: object): Record<string, string> {
  const known = Object.entries(fields).filter(([, value]) => value !== null && typeof value !== 'object');
  return Object.fromEntries(known.map(([name, value]) => [name, withoutContent(String(value))]));
}

const METRIC = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
/** Names that people gave: an application_name, a witness, an authority. */
const GIVEN_NAMES = ['standby', 'by'];

/** With labels from lists of the program alone. */
function shownMetrics(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels, value] = METRIC.exec(line) ?? [];
    if (name === undefined) return [];
    const shown = [...(labels ?? '').matchAll(LABEL)].map(([, label = '', given = '']) => {
      const isPlain = !GIVEN_NAMES.includes(label) && /^[\w.:+ -]{0,60}$/.test(given);
      return `${label}="${isPlain ? given : '[...]'}"`;
    });
    return [shown.length === 0 ? `${name} ${value}` : `${name}{${shown.join(',')}} ${value}`];
  });
}

async function describeDatabase(config: Config): Promise<object> {
  const { database } = await findDatabase(config);
  if (database === null) return { missing: 'It is not there.' };
  try {
    const { createDataSource } = await import('../../database/data-source.js');
    const source = await createDataSource(database.servingUrl, DOCTOR).initialize();
    try {
      const files = await migrationState(source.manager);
      const names = Object.entries(files).map(([state, those]) => [state, those.map(fileOf)]);
      return {
        parameters: await serverParameters(source.manager),
        migrations: Object.fromEntries(names),
        tables: await bytesOfTables(source.manager),
      };
    } finally {
      await source.destroy();
    }
  } finally {
    await database.stop();
  }
}

const fileOf = (migration: string | { file: string }) => (typeof migration === 'string' ? migration : migration.file);

async function orWhyNot<Part>(make: () => Promise<Part>): Promise<Part | { missing: string }> {
  try {
    return await make();
  } catch (error) {
    return { missing: withoutContent(reasonOf(error)) };
  }
}
