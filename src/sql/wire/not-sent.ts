/**
 * A parameter of a statement cannot be sent, such as an object with a bigint: the server has received neither the statement nor
 * those that were to be sent with it after it, such as COMMIT.
 */
export class NotSent extends Error {
  constructor(cause: unknown) {
    super(`A parameter of a statement cannot be sent: ${(cause as Error).message}`, { cause });
    this.name = 'NotSent';
  }
}
