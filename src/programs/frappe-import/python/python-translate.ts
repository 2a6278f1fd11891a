import type { Cel } from './cel';
import type { PythonNode } from './python-syntax';

/** What the parts of the translation call for the nodes inside theirs. */
export interface Translate {
  /** The value; an error where it is missing, which is right wherever Python would raise one for None. */
  value(node: PythonNode): Cel;
  /** The value; null where it is missing. */
  nullable(node: PythonNode): Cel;
  /**
   * Whether Python takes it for true.
   * @param mode LOOSE: only whether it is true matters, so that an error and false are one. EXACT: they are not, because
   *   what comes of it is negated or decides whether something else is asked
   */
  truth(node: PythonNode, mode: 'LOOSE' | 'EXACT'): Cel;
  /** A sentence that the owner should read. */
  note(text: string): void;
}
