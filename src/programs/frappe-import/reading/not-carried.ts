/** A part of a Frappe expression or template that has another meaning in Hookledger, or none. */
export class NotCarried extends Error {
  /**
   * @param reason a clause that follows the part's text
   * @param start its position in the source, in UTF-16 units
   */
  constructor(
    readonly reason: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(reason);
    this.name = 'NotCarried';
  }
}
