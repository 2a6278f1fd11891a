/** A part of a Frappe expression or template that means something here that it does not mean there, or nothing at all. */
export class NotCarried extends Error {
  /**
   * @param reason a clause that goes on after the part's text
   * @param start its place in the source, in UTF-16 units
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
