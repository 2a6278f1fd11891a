/** The location of a value in a call. */
export interface Place {
  readonly from: 'HEADER' | 'JSON' | 'QUERY';
  /**
   * The name of a header or parameter, or a path such as `$.data.object.id`; for a form, `$.` and the name of a field.
   */
  readonly name: string;
}

export function inHeader(name: string): Place {
  return { from: 'HEADER', name };
}

/** A location in a JSON body or in the fields of a form. */
export function inBody(path: string): Place {
  return { from: 'JSON', name: path };
}
