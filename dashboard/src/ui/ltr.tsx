import type { ReactNode } from 'react';

/** A left-to-right island: ids, URLs, code, numbers with units, and the English texts of the API. */
export function Ltr({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <bdi dir="ltr" className={className}>
      {children}
    </bdi>
  );
}
