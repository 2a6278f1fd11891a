// An application with an embedded PostgreSQL, in a process of its own. Its tests kill it in various ways.
import { createRequire } from 'node:module';

// built: to load the sources through tsx takes 0.14 s of CPU more
const require = createRequire(new URL('../../../dist/src/main.js', import.meta.url));
const { Client } = require('pg');
const { startEmbeddedPostgres } = require('./database/embedded-postgres/embedded-postgres.js');

const [dataDir = '', whatNext = 'stay'] = process.argv.slice(2);
const say = (word) => process.stdout.write(`${JSON.stringify(word)}\n`);

startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } }).then(
  (postgres) => {
    if (whatNext === 'stay') stayUntilCtrlC(postgres);
    say({ postgres }); // last: from now on signals come
  },
  (error) => {
    say({ error: error.name, message: error.message });
  },
);

function stayUntilCtrlC(postgres) {
  const stay = setInterval(() => {}, 1_000);
  process.once('SIGINT', async () => {
    // The last work of an application that was asked to end.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const client = new Client({ connectionString: postgres.servingUrl });
    await client.connect();
    const { rows } = await client.query('select 1 as drained');
    await client.end();
    await postgres.stop();
    say(rows[0]);
    clearInterval(stay);
  });
}
