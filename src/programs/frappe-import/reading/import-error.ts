/** Nothing more can be imported; the message tells the operator what would be right. */
export class ImportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImportError';
  }
}
