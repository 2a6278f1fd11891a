import type { Cel } from './cel';
import type { PythonNode } from './python-syntax';

/** The functions that the parts of the translation call for inner nodes. */
export interface Translate {
  /** The value; an error if it is missing, which is correct wherever Python would raise one for None. */
  value(node: PythonNode): Cel;
  /** The value; null if it is missing. */
  nullable(node: PythonNode): Cel;
  /**
   * Whether the value is true in Python.
   * @param mode LOOSE: only true matters, so an error has the same effect as false. EXACT: it has not, because the
   *   result   is negated or decides whether another part is evaluated
   */
  truth(node: PythonNode, mode: 'LOOSE' | 'EXACT'): Cel;
  /** Adds a note for the owner. */
  note(text: string): void;
}
