import { Drop } from 'liquidjs';

/**
 * A number of a document that a double prints differently, such as 100.00. It computes as a double and prints as
 * written.
 */
export class ExactNumber extends Drop {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override valueOf(): number {
    return Number(this.#text);
  }

  override toString(): string {
    return this.#text;
  }
}

/** Reads the numbers of one document. Equal texts give the same object, so that `uniq` recognises equal numbers. */
export function createExactNumbers(): (text: string) => number | ExactNumber {
  const known = new Map<string, ExactNumber>();
  return (text) => {
    const number = Number(text);
    if (String(number) === text) return number;
    const exact = known.get(text) ?? new ExactNumber(text);
    known.set(text, exact);
    return exact;
  };
}
