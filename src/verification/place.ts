/** Where in a call something is said. */
export interface Place {
  readonly from: 'HEADER' | 'JSON' | 'QUERY';
  /** A header's or parameter's name, or a path such as `$.data.object.id`; of a form, `$.` and a field's name. */
  readonly name: string;
}

export function inHeader(name: string): Place {
  return { from: 'HEADER', name };
}

/** In a JSON body, or among the fields of a form. */
export function inBody(path: string): Place {
  return { from: 'JSON', name: path };
}
