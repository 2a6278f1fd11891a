/** A part of a call or of the settings in another form. */
export interface Variant<Value> {
  /** The change, as the rest of the sentence "The signature is right ...". */
  readonly change: string;
  readonly value: Value;
}
