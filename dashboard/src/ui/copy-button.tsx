import { useState } from 'react';
import { Button } from './button';
import { useUiTexts } from './texts';

const SHOWN_MS = 2_000;

/** Copies a text and says so, also to a screen reader. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const texts = useUiTexts();
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');
  const copy = async () => {
    setState(
      await navigator.clipboard.writeText(text).then(
        () => 'copied' as const,
        () => 'failed' as const,
      ),
    );
    setTimeout(() => setState('ready'), SHOWN_MS);
  };
  return (
    <>
      <Button kind="plain" onPress={copy}>
        {state === 'copied' ? texts.copied : (label ?? texts.copy)}
      </Button>
      <span className="hidden-text" role="status">
        {state === 'copied' ? texts.copied : state === 'failed' ? texts.copyFailed : ''}
      </span>
    </>
  );
}
