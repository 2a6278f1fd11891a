// Translates paths of JSON filters to jsonpath of PostgreSQL. Callers may not write jsonpath, which can do far more.
import type { PathStep } from '../../json/json-path';

/** The keys of a path, by which the index has its scalars. */
export function keysOf(steps: readonly PathStep[]): string[] {
  return steps.flatMap((step) => (step !== 'any' && 'key' in step ? [step.key] : []));
}

/**
 * The path as `lax` jsonpath, in which a key of a list is searched in its elements. Keys are JSON strings, values are
 * variables `$v0`, `$v1` and so on.
 */
export function toJsonpath(steps: readonly PathStep[], values: number): string {
  const place = steps.map((step) => {
    if (step === 'any') return '[*]';
    return 'key' in step ? `.${JSON.stringify(step.key)}` : `[${step.index}]`;
  });
  const tests = Array.from({ length: values }, (_, index) => `@ == $v${index}`);
  return `lax $${place.join('')} ? (${tests.join(' || ')})`;
}
