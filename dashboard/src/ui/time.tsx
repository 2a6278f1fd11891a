import { useTimes } from '../i18n/time-zone';
import { Ltr } from './ltr';

/** A time in the zone of the person; the title names the zone and gives UTC. */
export function Time({ at, as = 'full' }: { at: string; as?: 'full' | 'clock' | 'minute' | 'day' | 'ago' }) {
  const times = useTimes();
  const shown = times[as](at);
  return (
    <time dateTime={at} title={`${times.full(at)} ${times.zone}\n${times.utc(at)}`}>
      {as === 'clock' || as === 'minute' ? <Ltr>{shown}</Ltr> : shown}
    </time>
  );
}
