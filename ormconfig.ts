// For TypeORM's command line: node --import tsx node_modules/typeorm/cli.js migration:show -d ormconfig.ts
import { createDataSource } from './src/app/data-source';
import { readConfig } from './src/config';

const config = readConfig(process.env);

export default createDataSource(config.migrationDatabaseUrl ?? config.databaseUrl ?? '', { name: 'typeorm cli' });
