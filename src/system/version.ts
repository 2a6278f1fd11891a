import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SOURCE_FOLDER } from '../source-folder';

/** The version of the program: that of package.json, one folder above `src/`, two above `dist/src/`. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const files = ['..', '../..'].map((folder) => join(SOURCE_FOLDER, folder, 'package.json'));
  const file = files.find((each) => existsSync(each)) as string;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
