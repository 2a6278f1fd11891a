// Keys that work everywhere. Single letters can be turned off (WCAG 2.1.4), and are off while a person types.
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { readPreference, writePreference } from '../i18n/preferences';
import { paths } from '../paths';
import { Dialog } from '../ui/dialog';
import { CheckField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { useShellTexts } from './texts';

const GO: Record<string, () => string> = {
  h: paths.health,
  l: () => paths.log(),
  d: () => paths.deliveries(),
  w: paths.webhooks,
};
/** How long `g` waits for its second key. */
const CHORD_MS = 1_500;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Whether single keys do something, as the person chose. */
export function keysAreOn(): boolean {
  return readPreference('keys') !== 'off';
}

/** Whether a key press is a shortcut: keys are on, nobody types, and no modifier is held. */
export function isShortcut(event: KeyboardEvent): boolean {
  return keysAreOn() && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
}

export function Shortcuts() {
  const texts = useShellTexts();
  const [, navigate] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [isOn, setOn] = useState(keysAreOn);
  useEffect(() => {
    let chordUntil = 0;
    const listen = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return;
      // when the keys were pressed: a busy page handles them later
      if (event.timeStamp < chordUntil) {
        chordUntil = 0;
        const go = GO[event.key];
        if (go) navigate(go());
      } else if (event.key === 'g') chordUntil = event.timeStamp + CHORD_MS;
      else if (event.key === '?') setOpen(true);
      else if (event.key === '/') {
        event.preventDefault();
        navigate(paths.home());
      }
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [navigate]);
  return (
    <Dialog title={texts.shortcuts} isOpen={isOpen} onClose={() => setOpen(false)}>
      <dl className="facts">
        {Object.entries(texts.keyNames).map(([keys, name]) => (
          <div key={keys} style={{ display: 'contents' }}>
            <dt>
              <Ltr className="mono">{keys}</Ltr>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <CheckField
        label={texts.shortcutsOff}
        checked={isOn}
        onChange={(on) => {
          writePreference('keys', on ? null : 'off');
          setOn(on);
        }}
      />
    </Dialog>
  );
}
