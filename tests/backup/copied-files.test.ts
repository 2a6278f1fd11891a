// A base backup without the tools of PostgreSQL: files copied between pg_backup_start and pg_backup_stop, and the archived log.
import { describeRestored, recovered, type Way } from './restored';

let home: string;

const way: Way = {
  async begin(server) {
    home = await server.copyFiles();
  },
  async mark(server) {
    await server.query(`select pg_create_restore_point('before the accident')`);
  },
  restore: (server) => recovered(server, home, 'before the accident'),
  cluster: /^ok: It is on timeline 2, and was on 1 at .* recovered to a point in time/,
};

describeRestored({ 'copied files, recovered to a point in time': way });
