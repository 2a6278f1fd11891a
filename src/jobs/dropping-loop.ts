import type { DataSource } from 'typeorm';
import { currentMs } from '../clock';
import { DROPPING } from '../database/pools';
import type { Log } from '../log';
import { type Loop, startLoop } from '../loop';
import { dropMonths, MonthWaits } from '../privacy/dropping/drop-months';
import { pipelinedTransactions } from '../sql/transactions';

const PASS_MS = 600_000;

/** Drops months that have passed the limit of rows: looks for them every ten minutes, and earlier where one waits. */
export function startDroppingMonths(source: DataSource, log: Log): Loop {
  const transaction = pipelinedTransactions(source, DROPPING);
  const waits = new MonthWaits();
  return startLoop('dropping months', PASS_MS, log, async () => {
    const { dropped, kept } = await dropMonths(source.manager, transaction, waits);
    for (const month of dropped) log.info(month, 'a month that has passed the limit of rows was dropped');
    for (const month of kept) {
      if (month.because === 'FAILED')
        log.error(month, 'a month has passed the limit of rows, and could not be dropped');
      else log.info(month, 'a month has passed the limit of rows, and stays for now');
    }
    const rest = waits.rest(currentMs());
    return rest === null ? false : Math.min(rest, PASS_MS);
  });
}
