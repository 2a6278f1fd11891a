/**
 * `d.id ${isTheOne('s.id')}`: the same as `d.id = s.id`, written so that the row is looked up in the index for each `s`, in
 * the one partition where it can be. A plan that is made once, while tables are small, takes a plain `=` for a reason to
 * compare every row of a range with every `s`: the square of a batch.
 */
export function isTheOne(expression: string): string {
  return `= any (array[${expression}])`;
}
