// `npm run release`: freezes what users of this version were promised. The API in schema/released.graphql, the migrations by their hashes,
// and both changelogs under the version of package.json. What is frozen is committed, and the commit gets the tag of the version.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Migrations, migrationFaults, releasedText } from './released-migrations';
import { isEmpty, isReleased, releaseChangelog } from './schema-changelog';

/** Of an installation, below its folder. */
const FILES = {
  manifest: 'package.json',
  lock: 'package-lock.json',
  changelog: 'CHANGELOG.md',
  apiChangelog: 'schema/CHANGELOG.md',
  api: 'schema/released.graphql',
  migrations: 'migrations/RELEASED',
} as const;

/** What is wrong with the migrations in this folder. */
export async function faultsOfMigrations(folder: string): Promise<string[]> {
  const { version } = await readJson(folder, FILES.manifest);
  return migrationFaults(await readReleased(folder), await readMigrations(folder), version);
}

/**
 * @param sdl the API, without a fault
 * @param day of the release
 * @returns why nothing was released; empty: it was
 */
export async function release(folder: string, sdl: string, day: string): Promise<string[]> {
  const { version } = await readJson(folder, FILES.manifest);
  const lock = await readJson(folder, FILES.lock);
  const changelog = await read(folder, FILES.changelog);
  const faults = [
    ...(await faultsOfMigrations(folder)),
    ...(lock.version === version
      ? []
      : [`package-lock.json has version ${lock.version}, and package.json ${version}: npm install`]),
    ...(isReleased(changelog, version)
      ? [`CHANGELOG.md has ${version} already: npm version --no-git-tag-version with the version to release`]
      : []),
    ...(isEmpty(changelog) ? ['CHANGELOG.md has nothing under Unreleased: say what users of this version get'] : []),
  ];
  if (faults.length > 0) return faults;
  const name = `${version} (${day})`;
  const apiChangelog = releaseChangelog(await read(folder, FILES.apiChangelog), name);
  await writeFile(join(folder, FILES.changelog), releaseChangelog(changelog, name));
  await writeFile(join(folder, FILES.apiChangelog), apiChangelog);
  await writeFile(join(folder, FILES.api), sdl);
  await writeFile(join(folder, FILES.migrations), releasedText(await readMigrations(folder)));
  return [];
}

async function readMigrations(folder: string): Promise<Migrations> {
  const files = (await readdir(join(folder, 'migrations'))).filter((file) => file.endsWith('.sql'));
  const texts = files.map(async (file) => [file, await read(folder, join('migrations', file))] as const);
  return Object.fromEntries(await Promise.all(texts));
}

function readReleased(folder: string): Promise<string | null> {
  return read(folder, FILES.migrations).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

async function readJson(folder: string, file: string): Promise<{ version: string }> {
  return JSON.parse(await read(folder, file));
}

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), 'utf8');
}
