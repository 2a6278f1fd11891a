import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import { Link } from 'wouter';

type Kind = 'primary' | 'danger' | 'plain';

interface Props extends Omit<ButtonProps, 'className' | 'style' | 'children'> {
  kind?: Kind;
  children: ReactNode;
  /** Why it cannot be pressed: it is then disabled, and the reason is its title and its description. */
  why?: string | null;
}

export function Button({ kind, why = null, children, isDisabled, ...props }: Props) {
  const button = (
    <AriaButton {...props} className="button" data-kind={kind} isDisabled={isDisabled || why !== null}>
      {children}
    </AriaButton>
  );
  if (why === null) return button;
  // a disabled button gets no pointer events: the reason is on what surrounds it
  return (
    <span title={why}>
      {button}
      <span className="hidden-text">{why}</span>
    </span>
  );
}

/** A link that looks like a button. */
export function LinkButton({ to, kind, children }: { to: string; kind?: Kind; children: ReactNode }) {
  return (
    <Link href={to} className="button" data-kind={kind}>
      {children}
    </Link>
  );
}
