import type { ServerAddress } from './logins';

/** On the command line, not in the cluster's file: a new release can change them without changing the cluster. */
export function serverArguments(
  cluster: string,
  { port, socketFolder }: ServerAddress,
  settings: Record<string, string>,
): string[] {
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // a list: quotes keep commas and spaces
    unix_socket_directories: socketFolder === null ? '' : `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    max_connections: '200',
    // A query over a partitioned table locks each partition and each of its indexes.
    max_locks_per_transaction: '256',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    cluster_name: 'hookledger',
    ...settings,
  };
  return ['-D', cluster, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
