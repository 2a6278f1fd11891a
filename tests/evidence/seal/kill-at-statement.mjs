// For a program that is killed while it works: before its statement number BEFORE, or right after it has sent commit number
// AFTER_COMMIT.
export function killAtStatement({ prototype }, { BEFORE, AFTER_COMMIT }) {
  const die = () => process.kill(process.pid, 'SIGKILL');
  let statements = 0;
  let commits = 0;
  const { query } = prototype;
  prototype.query = function counted(...given) {
    statements += 1;
    if (statements === Number(BEFORE)) die();
    const answer = query.apply(this, given);
    if (given[0] === 'commit') commits += 1;
    if (given[0] === 'commit' && commits === Number(AFTER_COMMIT)) setImmediate(die);
    return answer;
  };
}
