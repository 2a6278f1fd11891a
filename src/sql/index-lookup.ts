/**
 * `d.id ${equalsByIndex('s.id')}` is `d.id = s.id`, written so that PostgreSQL looks the row up in the index for each `s`,
 * in one partition. With a plain `=`, a plan that is made while tables are small joins by comparing every row of a range
 * with every `s`.
 */
export function equalsByIndex(expression: string): string {
  return `= any (array[${expression}])`;
}

/**
 * `and d.id between ...`, beside a condition that finds the rows: the statement then opens only the monthly partitions of
 * these ids, so that it does not cost more with each month. Its two parameters are the values of `idBounds`.
 * @param first the number of the first one
 */
export function andIdBetween(expression: string, first: number): string {
  return `and ${expression} between $${first}::uuid and $${first + 1}::uuid`;
}
