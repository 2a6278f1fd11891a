/** A parameter that is an array, with the type of its elements, which our own writer of messages needs to send them in binary. */
export class ArrayParameter {
  /** @param type as statements cast to it, such as `uuid` */
  constructor(
    readonly type: string,
    readonly elements: readonly unknown[],
  ) {}

  /** How `pg` sees it. */
  toPostgres(): readonly unknown[] {
    return this.elements;
  }
}
