// What is wrong with the form, and where: from the preview of the draft, and from an attempt to save it.
import { pairsIn } from './form-values';

export interface FormFault {
  /** The path in the input of the API; empty: no single field. */
  field: readonly string[];
  line: number | null;
  column: number | null;
  message: string;
}

export function faultsAt(faults: readonly FormFault[], path: readonly string[]): FormFault[] {
  return faults.filter(({ field }) => path.every((step, index) => field[index] === step));
}

/** In one sentence after the other; null: none. */
export function faultText(faults: readonly FormFault[], path: readonly string[]): string | null {
  const found = faultsAt(faults, path);
  return found.length === 0 ? null : [...new Set(found.map(({ message }) => message))].join(' ');
}

/** The faults of entries of a list at their lines in the text of the list, such as `["headers", "1", "value"]`. */
export function faultsOfPairs(faults: readonly FormFault[], name: string, text: string): FormFault[] {
  const pairs = pairsIn(text);
  return faultsAt(faults, [name]).map((fault) => {
    const pair = pairs[Number(fault.field[1])];
    if (!pair) return fault;
    const isValue = fault.field[2] === 'value' || fault.field[2] === 'fieldname';
    const column = isValue ? pair.column + (fault.column ?? 1) - 1 : 1;
    return { ...fault, line: pair.line, column };
  });
}

interface UserError {
  field: readonly string[] | null;
  message: string;
}

/** Those that saving has told, with the place that their message names, as in `condition`: line 1, column 14. */
export function faultsOfErrors(errors: readonly UserError[]): FormFault[] {
  return errors.map(({ field, message }) => {
    const place = [...message.matchAll(/line (\d+), column (\d+)/g)].at(-1);
    return {
      field: field ?? [],
      line: place ? Number(place[1]) : null,
      column: place ? Number(place[2]) : null,
      message,
    };
  });
}
