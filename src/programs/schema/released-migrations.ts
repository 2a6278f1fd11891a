// migrations/RELEASED: the hash of each migration that a release has frozen, as `sha256sum` writes and checks it. A database was made from
// that text, and a change of it would never run there.
import { createHash } from 'node:crypto';
import { isAtLeast, runsBeside } from '../../database/migrations';

/** The text of each migration, by file. */
export type Migrations = Readonly<Record<string, string>>;

export function releasedText(migrations: Migrations): string {
  return filesOf(migrations)
    .map((file) => `${hashOf(migrations[file] ?? '')}  ${file}\n`)
    .join('');
}

/**
 * @param released the text of migrations/RELEASED; null: there is no release, and migrations may change in any way
 * @param version of the program
 */
export function migrationFaults(released: string | null, migrations: Migrations, version: string): string[] {
  const numbers = Object.groupBy(Object.keys(migrations), numberOf);
  const twice = Object.values(numbers).flatMap((files = []) =>
    files.length > 1 ? [`migrations: ${files.join(' and ')} have the same number: give one of them the next.`] : [],
  );
  if (released === null) return twice;
  const hashes = new Map(released.split('\n').flatMap((line) => (line ? [readLine(line)] : [])));
  const last = Math.max(...[...hashes.keys()].map(numberOf));
  return [
    ...twice,
    ...[...hashes].flatMap(([file, hash]) => changeOf(file, hash, migrations[file])),
    ...filesOf(migrations)
      .filter((file) => !hashes.has(file))
      .flatMap((file) => faultsOfNew(file, migrations[file] ?? '', last, version)),
  ];
}

function changeOf(file: string, hash: string, sql: string | undefined): string[] {
  const cure = 'Restore it from the release, and add a new migration: docs/upgrade.md#writing-a-migration';
  if (sql === undefined) return [`migrations/${file} was released, and is gone. ${cure}`];
  return hashOf(sql) === hash ? [] : [`migrations/${file} was released, and has been edited. ${cure}`];
}

function faultsOfNew(file: string, sql: string, last: number, version: string): string[] {
  const oldest = runsBeside(sql, file);
  const line = `a line such as "-- runs beside: ${version}" names the oldest version whose processes work beside it`;
  return [
    ...(numberOf(file) > last
      ? []
      : [`migrations/${file} is new: give it a number above ${last}, the last that was released.`]),
    ...(oldest === null ? [`migrations/${file} is new, and does not say how far back it works: ${line}.`] : []),
    ...(oldest !== null && !isAtLeast(version, oldest)
      ? [`migrations/${file} runs beside ${oldest}, which does not exist yet: this is ${version}, and ${line}.`]
      : []),
  ];
}

function filesOf(migrations: Migrations): string[] {
  return Object.keys(migrations).sort((one, other) => numberOf(one) - numberOf(other));
}

function numberOf(file: string): number {
  return Number.parseInt(file, 10);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function readLine(line: string): [file: string, hash: string] {
  const [hash = '', file = ''] = line.split('  ');
  return [file, hash];
}
