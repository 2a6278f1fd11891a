/** Something of a call, or of what was agreed on, as it might have been instead. */
export interface Variant<Value> {
  /** What was done to it, as the rest of "The signature is right ...". */
  readonly change: string;
  readonly value: Value;
}
