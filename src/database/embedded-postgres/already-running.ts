/** Another process serves this data directory. `connectionFile` contains what a second process needs to connect. */
export class AlreadyRunning extends Error {
  constructor(
    dataDir: string,
    readonly connectionFile: string,
    serverPid: number,
  ) {
    super(
      `The embedded PostgreSQL of ${dataDir} already runs (process ${serverPid}). ` +
        `A second process connects to it with the values in ${connectionFile}`,
    );
    this.name = 'AlreadyRunning';
  }
}
