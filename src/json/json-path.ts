// Reads paths into JSON. Filters turn them into SQL/JSON paths of PostgreSQL.
import { quoted } from '../errors';
import { checkCount, refuse } from '../refuse-argument';
import { isStorable } from '../text';

/** A key, an index, or any index. */
export type PathStep = { key: string } | { index: number } | 'any';

const MAX_STEPS = 20;
const MAX_KEY_CHARACTERS = 200;
const STEP = /\.([\p{L}_][\p{L}\p{N}_-]*)|\[("(?:[^"\\]|\\.)*")\]|\[(\*)\]|\[(0|[1-9][0-9]{0,5})\]/uy;

/**
 * @param at one path that begins with `$`, such as `$.items[*].sku`, `$["a key"]` or `$.items[0]`; or a list of keys
 * @throws AppError BAD_USER_INPUT
 */
export function readJsonPath(at: readonly string[], path: string[]): PathStep[] {
  const [first] = at;
  const steps = at.length === 1 && first?.startsWith('$') ? parsed(first, path) : at.map((key) => ({ key }));
  checkCount(path, steps.length, 'steps', MAX_STEPS);
  for (const step of steps) checkKey(step, path);
  return steps;
}

function parsed(text: string, path: string[]): PathStep[] {
  const steps: PathStep[] = [];
  let place = 1;
  while (place < text.length) {
    STEP.lastIndex = place;
    const [all, name, string, any, index] = STEP.exec(text) ?? [];
    if (all === undefined) {
      refuse(path, `${quoted(text)} cannot be read from character ${place + 1} on: a path is like $.items[*].sku`);
    }
    if (any) steps.push('any');
    else if (index !== undefined) steps.push({ index: Number(index) });
    else steps.push({ key: name ?? keyOf(string as string, path) });
    place += all.length;
  }
  return steps;
}

function keyOf(string: string, path: string[]): string {
  try {
    return JSON.parse(string);
  } catch {
    return refuse(path, `${quoted(string)} is not a key in double quotes as JSON has them`);
  }
}

function checkKey(step: PathStep, path: string[]): void {
  if (step === 'any' || 'index' in step) return;
  const { key } = step;
  if (key.length > MAX_KEY_CHARACTERS) {
    refuse(path, `a key of ${key.length} characters; at most ${MAX_KEY_CHARACTERS} are allowed`);
  }
  if (!isStorable(key)) refuse(path, `${quoted(key)} is not a key that is ever stored`);
}
