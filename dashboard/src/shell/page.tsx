import { type ReactNode, useEffect } from 'react';
import { VisibleText } from '../ui/visible-text';

/** A page: its title is that of the tab too. @param actions beside the title */
export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} - Hookledger`;
  }, [title]);
  return (
    <main id="page" className="page stack" tabIndex={-1}>
      <div className="page-head">
        <h1>
          <bdi>
            <VisibleText text={title} />
          </bdi>
        </h1>
        {actions ? <div className="row">{actions}</div> : null}
      </div>
      {children}
    </main>
  );
}
