/** One of `of` parts of a set, by the hash of the ids. */
export interface HashPart {
  index: number;
  of: number;
}

export const WHOLE: HashPart = { index: 0, of: 1 };

/** Whether the UUID of a column is in a part. @param index, of the numbers of the parameters */
export function isInPartSql(column: string, index: number, of: number): string {
  return `mod(uuid_hash(${column})::bigint + 2147483648, $${of}::bigint) = $${index}::bigint`;
}
