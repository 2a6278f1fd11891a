import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import { Link } from 'wouter';
import { useOnline } from '../api/use-online';
import { useUiTexts } from './texts';

type Kind = 'primary' | 'danger' | 'plain';

interface Props extends Omit<ButtonProps, 'className' | 'style' | 'children'> {
  kind?: Kind;
  children: ReactNode;
  /** Whether it asks the server for something: it is then disabled without a connection. Default: buttons that submit, or are primary or dangerous. */
  asks?: boolean;
  /** Why it cannot be pressed: it is then disabled, and the reason is its title and its description. */
  why?: string | null;
}

export function Button({ kind, asks, why: given = null, children, isDisabled, ...props }: Props) {
  const texts = useUiTexts();
  const isOnline = useOnline();
  const needsServer = asks ?? (props.type === 'submit' || kind === 'primary' || kind === 'danger');
  const why = needsServer && !isOnline ? texts.noActions : given;
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
