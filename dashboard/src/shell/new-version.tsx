import { Button } from '../ui/button';
import { useShellTexts } from './texts';
import { useVersion } from './use-version';

/** Over the page once the server has another version than the page. */
export function NewVersion() {
  const texts = useShellTexts();
  const { own, installed } = useVersion();
  if (installed === own) return null;
  return (
    <p className="new-version note row" data-tone="refused" role="alert">
      <strong>{texts.newVersion}</strong> {texts.newVersionText}
      <Button onPress={() => window.location.reload()}>{texts.reload}</Button>
    </p>
  );
}
