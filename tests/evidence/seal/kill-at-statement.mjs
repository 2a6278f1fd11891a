// For a program that is killed while it works: before its write number BEFORE to the database, which has one or several statements,
// or right after it has sent commit number AFTER_COMMIT.
export function killAtStatement(SafeClient, { BEFORE, AFTER_COMMIT }) {
  const die = () => process.kill(process.pid, 'SIGKILL');
  const { prototype: client } = Object.getPrototypeOf(SafeClient);
  let writes = 0;
  let commits = 0;
  const { query } = client;
  client.query = function counted(...given) {
    writes += 1;
    if (writes === Number(BEFORE)) die();
    return query.apply(this, given);
  };
  const { run } = SafeClient.prototype;
  SafeClient.prototype.run = function counted(statement) {
    const answer = run.call(this, statement);
    if (statement.text === 'commit') commits += 1;
    // what was gathered in this tick is sent before
    if (statement.text === 'commit' && commits === Number(AFTER_COMMIT)) setImmediate(die);
    return answer;
  };
}
