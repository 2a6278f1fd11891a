// Two versions on one database under load: the database is migrated, and processes are replaced forward, back and forward again.
// UPGRADE_FROM is the folder of an earlier release that was built there; without it, the old version is the one that is here.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type AnotherVersion, makeVersion } from '../support/another-version';
import { startProgram } from '../support/program';
import { type Scenario, startScenario } from './scenario';

/** To all tables that the load writes, and two indexes. */
const EXPAND = {
  '900-event-notes.sql': 'alter table business_events add column note text;',
  '901-delivery-notes.sql': `alter table deliveries add column note text not null default '';`,
  '902-request-notes.sql': 'alter table webhook_request_logs add column note text;',
  '903-webhook-notes.sql': `alter table webhooks add column note text not null default '';
    create table webhook_notes (webhook_id uuid primary key references webhooks (id), text text not null);`,
  '904-note-indexes.sql': `create index concurrently deliveries_note_idx on deliveries (note, id);
    create index concurrently webhook_request_logs_note_idx on webhook_request_logs (note, id);`,
};
const CONTRACT = { '905-no-notes.sql': 'alter table business_events drop column note;' };

const OLD = resolve(process.env.UPGRADE_FROM ?? join(__dirname, '../..'));
const { version: VERSION } = JSON.parse(readFileSync(join(OLD, 'package.json'), 'utf8')) as { version: string };
const NEXT = '90.1.0';
const LAST = '90.2.0';

function beside(version: string, migrations: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(migrations).map(([file, sql]) => [file, `-- runs beside: ${version}\n\n${sql}\n`]),
  );
}

const old = { start: (env: Record<string, string>) => startProgram(env, OLD) };

let scenario: Scenario;
let next: AnotherVersion;
let last: AnotherVersion;

beforeEach(async () => {
  const expand = beside(VERSION, EXPAND);
  [scenario, next, last] = await Promise.all([
    startScenario({ version: old }),
    makeVersion(NEXT, expand),
    makeVersion(LAST, { ...expand, ...beside(NEXT, CONTRACT) }),
  ]);
});
afterEach(() => Promise.all([scenario.stop(), next.stop(), last.stop()]));

test('a rolling upgrade, back and forward again, refuses nobody but on connections that are closed, and loses nothing', async () => {
  const { installation, load, more } = scenario;
  const roll = async (version: Pick<AnotherVersion, 'start'>) => {
    for (const n of [0, 1]) {
      await more(60);
      const stopped = await installation.replace(n, 'SIGTERM', {}, version);
      expect(stopped.child.exitCode).toBe(0);
    }
    await more(60);
  };
  const migrated = async (version: AnotherVersion) => {
    const { ended, output } = version.migrate(installation.env);
    expect([await ended, output()]).toEqual([0, expect.stringContaining('the database is up to date')]);
    await more(60);
  };

  /** What its processes say of themselves. */
  const said = async (path: string, pattern: RegExp) => {
    const answers = [0, 1].map(async (n) => {
      const response = await fetch(`${installation.urlOf(n)}${path}`);
      return [response.status, pattern.exec(await response.text())?.[1]];
    });
    return Promise.all(answers);
  };
  const versions = () => said('/metrics', /^hookledger_build_info\{version="([\d.]+)"/m);

  await more(60);
  await migrated(next);
  expect(await said('/readyz', /"status":"(\w+)"/)).toEqual(Array(2).fill([200, 'ok']));
  for (const [version, name] of [
    [next, NEXT],
    [old, VERSION],
    [next, NEXT],
  ] as const) {
    await roll(version);
    expect(await versions()).toEqual(Array(2).fill([200, name]));
  }
  await migrated(last);
  // what is replaced now has no way back
  const refusal = await old.start(installation.env).catch((error: Error) => error.message);
  expect(refusal).toContain(
    `905-no-notes.sql has run, beside which version ${NEXT} and later ones work, and this is ${VERSION}`,
  );
  await roll(last);

  expect(await scenario.faults()).toEqual({});
  expect(Object.fromEntries(load.refusalsOfOthers)).toEqual({});
  expect(installation.output().match(/^\{"level":[56]0.*$/gm)).toBeNull();
});
