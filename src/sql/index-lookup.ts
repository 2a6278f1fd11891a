/**
 * `d.id ${equalsByIndex('s.id')}` is `d.id = s.id`, written so that Postgres looks the row up in the index for each `s`,
 * in one partition. With a plain `=`, a plan that is made while tables are small joins by comparing every row of a range
 * with every `s`.
 */
export function equalsByIndex(expression: string): string {
  return `= any (array[${expression}])`;
}
