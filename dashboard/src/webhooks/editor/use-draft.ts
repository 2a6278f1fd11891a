// The values of the form, kept in this tab while they are not saved.
import { useEffect, useRef, useState } from 'react';
import { forgetDraft, keepDraft, keptDraft } from '../../api/kept-drafts';
import { EMPTY_FORM, type FormValues } from './form-values';

interface Kept {
  /** Of the webhook when the form was begun; null: a new one. */
  version: number | null;
  base: FormValues;
  values: FormValues;
}

export interface Draft extends Kept {
  /** Taken from an earlier visit of this tab. */
  isKept: boolean;
  set(part: Partial<Kept>): void;
  /** Begins again with these values. */
  begin(version: number | null, values: FormValues): void;
  forget(): void;
}

/** @param key of the webhook and the person. @param stored the settings that are stored now, or those of an empty form */
export function useDraft(key: string, version: number | null, stored: FormValues): Draft {
  const [kept, setKept] = useState<Kept & { isKept: boolean }>(() => {
    const found = readDraft(key);
    return found ? { ...found, isKept: true } : { version, base: stored, values: stored, isKept: false };
  });
  const isForgotten = useRef(false);
  useEffect(() => {
    if (isForgotten.current) return;
    const { base, values } = kept;
    if (JSON.stringify(base) === JSON.stringify(values)) forgetDraft(key);
    else keepDraft(key, { version: kept.version, base, values });
  }, [key, kept]);
  return {
    ...kept,
    set: (part) => setKept((before) => ({ ...before, ...part })),
    begin: (begun, values) => setKept({ version: begun, base: values, values, isKept: false }),
    forget() {
      isForgotten.current = true;
      forgetDraft(key);
    },
  };
}

/** null: there is none, or it is of another version of these pages. */
function readDraft(key: string): Kept | null {
  const found = keptDraft(key) as Partial<Kept> | null;
  if (typeof found !== 'object' || found === null || !isForm(found.base) || !isForm(found.values)) return null;
  return { version: typeof found.version === 'number' ? found.version : null, base: found.base, values: found.values };
}

function isForm(given: unknown): given is FormValues {
  if (typeof given !== 'object' || given === null) return false;
  return Object.entries(EMPTY_FORM).every(([name, value]) => {
    const found = (given as Record<string, unknown>)[name];
    return typeof found === typeof value && Array.isArray(found) === Array.isArray(value);
  });
}
