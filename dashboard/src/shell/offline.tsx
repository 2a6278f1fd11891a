import { useOnline } from '../api/use-online';
import { useShellTexts } from './texts';

/** Above the page while the browser has no network. What was read stays. */
export function Offline() {
  const texts = useShellTexts();
  const isOnline = useOnline();
  return (
    <div role="status">
      {isOnline ? null : (
        <p className="offline note" data-tone="refused">
          {texts.offline}
        </p>
      )}
    </div>
  );
}
