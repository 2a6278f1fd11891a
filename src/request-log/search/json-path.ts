// The paths of JSON filters, written anew as paths of Postgres, whose own language could do far more than look something up.
import type { PathStep } from '../../json/json-path';

/** The keys of a path: with a value they are what the index knows. */
export function keysOf(steps: readonly PathStep[]): string[] {
  return steps.flatMap((step) => (step !== 'any' && 'key' in step ? [step.key] : []));
}

/**
 * As Postgres's jsonpath, `lax`: where a key is asked of a list, it is asked of what is in the list. Keys stand in it as
 * JSON texts, values as variables `$v0`, `$v1` ...
 */
export function toJsonpath(steps: readonly PathStep[], values: number): string {
  const place = steps.map((step) => {
    if (step === 'any') return '[*]';
    return 'key' in step ? `.${JSON.stringify(step.key)}` : `[${step.index}]`;
  });
  const tests = Array.from({ length: values }, (_, index) => `@ == $v${index}`);
  return `lax $${place.join('')} ? (${tests.join(' || ')})`;
}
