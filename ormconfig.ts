// For TypeORM's command line: node --import tsx node_modules/typeorm/cli.js migration:show -d ormconfig.ts

import { readConfig } from './src/config/config';
import { createDataSource } from './src/database/data-source';

const config = readConfig(process.env);

export default createDataSource(config.migrationDatabaseUrl ?? config.databaseUrl ?? '', { name: 'typeorm cli' });
