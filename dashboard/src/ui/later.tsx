import { type ReactNode, useState } from 'react';

/** A part of a page that is asked for when a person opens it. */
export function Later({ title, children }: { title: string; children: ReactNode }) {
  const [wasOpened, setOpened] = useState(false);
  return (
    <details
      className="card"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) setOpened(true);
      }}
    >
      <summary>
        <h2 className="inline">{title}</h2>
      </summary>
      {wasOpened ? <div className="stack later">{children}</div> : null}
    </details>
  );
}
