// PostGraphile 5 over the same tables, as its manual sets it up for production: the Amber preset, the filter plugin,
// prepared statements (its default), no console, no watching. Links that are no foreign keys are told to it.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { makePgSmartTagsPlugin } from 'postgraphile/utils';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';

const { DATABASE_URL, POOL_SIZE } = process.env;

const links = makePgSmartTagsPlugin([
  {
    kind: 'class',
    match: 'webhook_request_logs',
    tags: {
      foreignKey: ['(delivery_id) references deliveries (id)', '(business_event_id) references business_events (id)'],
    },
  },
]);

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  plugins: [links],
  pgServices: [
    makePgService({ connectionString: DATABASE_URL, schemas: ['public'], poolConfig: { max: Number(POOL_SIZE) } }),
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, websockets: false, watch: false },
  grafast: { explain: false },
  schema: { connectionFilterRelations: false, connectionFilterAllowEmptyObjectInput: false },
});

const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(
    `${JSON.stringify({ msg: 'running', url: `http://127.0.0.1:${server.address().port}/graphql` })}\n`,
  );
});
