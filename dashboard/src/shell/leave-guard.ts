// Asks before a page is left on which something was typed and not saved.
import { useEffect } from 'react';
import type { AroundNavHandler } from 'wouter';

let question: string | null = null;

function mayLeave(): boolean {
  if (question === null || window.confirm(question)) {
    question = null;
    return true;
  }
  return false;
}

/** For links and shortcuts of these pages. */
export const guardedNavigation: AroundNavHandler = (navigate, to, options) => {
  if (mayLeave()) navigate(to, options);
};

/** What was typed is saved: nothing is asked any more. */
export function releaseLeaveGuard(): void {
  question = null;
}

/** @param text null: nothing would be lost. The browser asks with words of its own when the tab is closed */
export function useLeaveGuard(text: string | null): void {
  useEffect(() => {
    question = text;
    if (text === null) return undefined;
    const ask = (event: BeforeUnloadEvent) => {
      if (question !== null) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => {
      question = null;
      window.removeEventListener('beforeunload', ask);
    };
  }, [text]);
}
