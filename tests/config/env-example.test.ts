import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../src/config/config';
import { ENCRYPTION_KEY, keysRead, problemsOf } from './problems';

describe('.env.example', () => {
  const lines = readFileSync(join(__dirname, '../../.env.example'), 'utf8').split('\n');
  const entries = lines.flatMap((line, index) => {
    const match = /^(# )?([A-Z][A-Z_]*)=(.*)$/.exec(line);
    return match
      ? [{ key: match[2] as string, isSet: !match[1], value: match[3] as string, above: lines[index - 1] }]
      : [];
  });

  test('names exactly the keys that are read, each with a sentence', () => {
    const read = keysRead();
    expect(read.delete('NODE_ENV')).toBe(true); // Node's own setting; deployments set it elsewhere
    expect(entries.map(({ key }) => key).sort()).toEqual([...read].sort());
    for (const { above } of entries) expect(above).toMatch(/^# .*\.$/);
  });

  test('copied as it stands, says what the defaults say', () => {
    const env = Object.fromEntries(entries.filter(({ isSet }) => isSet).map(({ key, value }) => [key, value]));
    expect(readConfig(env)).toEqual(readConfig({}));
  });

  test('shows values that would be taken', () => {
    const shown = entries.filter(({ value }) => value !== '').map(({ key, value }) => [key, value]);
    expect(problemsOf({ ...Object.fromEntries(shown), ENCRYPTION_KEY })).toEqual([]);
  });
});
